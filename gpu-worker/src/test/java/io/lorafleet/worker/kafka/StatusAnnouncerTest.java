// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.Batches;
import io.lorafleet.testkit.BrokerResource;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A Quarkus test only because of the resident adapters, which need native libraries. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class StatusAnnouncerTest {
    @Inject
    ResidentAdapters adapters;

    @Inject
    WorkerConfig config;

    private final List<WorkerStatus> told = new ArrayList<>();

    @Test
    void reportsTheBatchesSinceThePreviousStatus() throws Exception {
        StatusAnnouncer announcer = new StatusAnnouncer(
                Emitters.to((key, value) -> told.add(Json.read(value, WorkerStatus.class))), config, Clock.systemUTC());
        announcer.begin(new CountingEngine(10, 30), adapters, () -> 7);
        announcer.end(new CountingEngine(12, 40), adapters);
        assertThat(told)
                .extracting(status -> status.state() + " " + status.busySlots() + " " + status.batches())
                .containsExactly("READY 7 " + new Batches(3, 16), "STOPPED 0 " + new Batches(5, 16));
        assertThat(announcer.announced()).isEqualTo(WorkerStatus.State.STOPPED);
    }

    /** An engine that has run the given numbers of steps and rows. */
    private record CountingEngine(long stepsMade, long rows) implements StandInEngine {
        @Override
        public StepCounters steps() {
            return new StepCounters(stepsMade, rows, 16);
        }

        @Override
        public List<CompletableFuture<FinishedImage>> generate(Job job) {
            throw new UnsupportedOperationException();
        }
    }
}
