// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.Batches;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.worker.BrokerClock;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.Job;
import io.lorafleet.worker.job.StepCounters;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A Quarkus test only because of the resident adapters, which need native libraries. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class StatusAnnouncerTest {
    private static final PinnedControlNet EDGES = new PinnedControlNet("edges", "cd".repeat(32));

    @Inject
    ResidentAdapters adapters;

    @Inject
    WorkerConfig config;

    private final List<String> published = new CopyOnWriteArrayList<>();

    @Test
    void publishesTheStatusAndDeletesItAtTheEnd() throws Exception {
        StatusAnnouncer announcer =
                new StatusAnnouncer(Emitters.to(this::publish), config, new BrokerClock(Clock.systemUTC()));
        CountingEngine engine = new CountingEngine();
        engine.counters = new StepCounters(10, 30, 16);
        announcer.begin(engine, adapters, () -> 7);
        assertThat(announcer.announced()).isEqualTo(WorkerStatus.State.READY);
        engine.counters = new StepCounters(12, 40, 16);
        announcer.drain();
        await().until(() -> announcer.announced() == WorkerStatus.State.DRAINING);
        announcer.end();
        assertThat(published)
                .containsExactly("READY 7 " + new Batches(3, 16), "DRAINING 7 " + new Batches(5, 16), "no value");
    }

    private void publish(String key, byte[] value) {
        assertThat(key).isEqualTo(config.worker().id());
        if (value == null) {
            published.add("no value");
        } else {
            WorkerStatus status = Json.read(value, WorkerStatus.class);
            assertThat(status.controlNets()).containsExactly(EDGES);
            published.add(status.state() + " " + status.busySlots() + " " + status.batches());
        }
    }

    private static final class CountingEngine implements StandInEngine {
        private volatile StepCounters counters;

        @Override
        public List<PinnedControlNet> controlNets() {
            return List.of(EDGES);
        }

        @Override
        public StepCounters steps() {
            return counters;
        }

        @Override
        public List<CompletableFuture<FinishedImage>> generate(Job job) {
            throw new UnsupportedOperationException();
        }
    }
}
