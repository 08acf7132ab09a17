// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Topic;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.WorkerConfigs;
import io.lorafleet.worker.job.Cancellations;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.Job;
import io.lorafleet.worker.job.RequestHandler;
import io.lorafleet.worker.job.StepCounters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A share group with fewer places than slots. */
class FullGroupTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final RefusedSlots refused = new RefusedSlots();

    @Test
    void aSlotThatTheGroupRefusesIsReportedUntilItHasJoined() throws Exception {
        Map<String, String> small = Map.of(
                RefusedSlots.SETTING,
                "1",
                "group.share.heartbeat.interval.ms",
                "200",
                "group.share.min.heartbeat.interval.ms",
                "200");
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), Ports.free(), Ports.free(), small)) {
            Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (Admin admin = Admin.create(settings)) {
                new FleetTopics("", 1, (short) 1).provision(admin);
            }
            RequestSlot first = slot(settings);
            RequestSlot second = slot(settings);
            Thread firstThread = start(first);
            Thread secondThread = start(second);
            await().alias("one slot is refused").atMost(TIMEOUT).until(() -> refused.count() == 1);
            await().alias("it remains refused while it retries")
                    .during(Duration.ofSeconds(3))
                    .atMost(TIMEOUT)
                    .until(() -> refused.count() == 1);
            RequestSlot member = refused.contains(first) ? second : first;
            member.stop();
            await().alias("the other slot has joined").atMost(TIMEOUT).until(() -> refused.count() == 0);
            first.stop();
            second.stop();
            firstThread.join();
            secondThread.join();
        }
    }

    private static Thread start(RequestSlot slot) {
        Thread thread = new Thread(slot);
        thread.start();
        return thread;
    }

    private RequestSlot slot(Map<String, Object> settings) throws Exception {
        WorkerConfig config = WorkerConfigs.with("lorafleet.worker.id", "w1");
        return new RequestSlot(
                List.of(Topic.REQUESTS.in("")),
                () -> new KafkaShareConsumer<>(
                        RequestIntake.settings(settings, Topic.WORKER_GROUP),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer()),
                new RequestHandler(
                        new IdleEngine(),
                        new DirectoryBlobStore(folder.resolve("blobs")),
                        new Cancellations(),
                        Clock.systemUTC(),
                        config),
                new ReplyPublisher(
                        Emitters.to((key, value) -> {}),
                        Emitters.to((key, value) -> {}),
                        Emitters.to((key, value) -> {}),
                        Clock.systemUTC(),
                        config,
                        new SimpleMeterRegistry()),
                refused,
                Duration.ofMillis(10));
    }

    private static final class IdleEngine implements StandInEngine {
        @Override
        public List<CompletableFuture<FinishedImage>> generate(Job job) {
            throw new AssertionError("there are no requests");
        }

        @Override
        public StepCounters steps() {
            return new StepCounters(0, 0, 1);
        }
    }
}
