// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.SHA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.messages.generation.ShadowMeasured;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.RouteDecided.Decision;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.trainer.canary.CanaryAnalysis;
import io.lorafleet.trainer.canary.CanaryRules;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A canary, and results before and after its start in three partitions. */
class CanaryObserverTest {
    /** Recent, so that the records are within the retention time. */
    @SuppressWarnings("TimeInStaticInitializer")
    private static final Instant BEGAN = Instant.now().minusSeconds(60);

    private static final CanaryRules RULES = new CanaryRules(0.25, 0.5, 3, 0.05, 2, 0.5, Duration.ofHours(1));
    private static final RouteDecided CANARY = new RouteDecided(
            "fast",
            Decision.CANARY,
            2,
            1,
            BEGAN,
            "new",
            new AdapterRoute("fast", 1, 1, new AdapterRoute.Share(2, 0.25), new AdapterRoute.Share(2, 0.5), BEGAN),
            BEGAN);

    private static final RouteDecided SLOW = new RouteDecided(
            "slow", Decision.CANARY, 2, 1, BEGAN, "new", new AdapterRoute("slow", 1, null, null, null, BEGAN), BEGAN);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    private Path storage;

    private TrainingGround ground;
    private KafkaClients clients;

    @BeforeEach
    void connect() throws Exception {
        ground = new TrainingGround(BROKER.broker(), new DirectoryBlobStore(storage), 3);
        clients = clients(Map.of());
    }

    @AfterEach
    void close() {
        clients.close();
        ground.close();
    }

    /** The broker may set the timestamp of a record, and its clock may be behind that of the trainer. */
    @Test
    void countsResultsSinceTheStartWithAnEarlierRecordTimestamp() {
        send("r1", BEGAN.plusSeconds(1), BEGAN.minusSeconds(50));
        send("r2", BEGAN.plusSeconds(2), BEGAN.minusSeconds(40));
        send("r3", BEGAN.plusSeconds(3), BEGAN.plusSeconds(3));
        assertThat(verdict()).contains("requests: 3;");
    }

    @Test
    void skipsResultsBeforeTheStartOfTheCanary() {
        send("r1", BEGAN.minusSeconds(2), BEGAN.minusSeconds(2));
        send("r2", BEGAN.plusSeconds(2), BEGAN.plusSeconds(2));
        send("r3", BEGAN.plusSeconds(3), BEGAN.plusSeconds(3));
        send("r4", BEGAN.plusSeconds(4), BEGAN.plusSeconds(4));
        assertThat(verdict()).contains("requests: 3;");
    }

    @Test
    void returnsNoAnalysisOfClosedCanaries() {
        CanaryObserver canaries = new CanaryObserver(clients, ground.prefix(), RULES);
        follow(canaries);
        assertThat(canaries.follow(List.of())).isEmpty();
    }

    @Test
    void aNewCanaryDoesNotRestartTheOthers() {
        send("r1", BEGAN.plusSeconds(1), BEGAN.plusSeconds(1));
        CanaryObserver canaries = new CanaryObserver(clients, ground.prefix(), RULES);
        CanaryAnalysis first = follow(canaries);
        assertThat(canaries.follow(List.of(CANARY, SLOW))).contains(first);
        await().alias("both canaries are read")
                .pollInSameThread()
                .until(() -> canaries.follow(List.of(CANARY, SLOW)).size() == 2);
        send("r2", BEGAN.plusSeconds(2), BEGAN.plusSeconds(2));
        send("r3", BEGAN.plusSeconds(3), BEGAN.plusSeconds(3));
        await().alias("each result counts once")
                .pollInSameThread()
                .until(() -> canaries.follow(List.of(CANARY, SLOW)).stream()
                        .anyMatch(each -> each.verdict(BEGAN).isPresent()));
        assertThat(first.verdict(BEGAN).orElseThrow().reason()).contains("requests: 3;");
    }

    /** The consumer returns one record from each poll. */
    @Test
    void readsManyRecordsInOneIteration() {
        for (int i = 0; i < 50; i++) {
            send("r" + i, BEGAN.plusSeconds(1), BEGAN.plusSeconds(1));
        }
        clients.close();
        clients = clients(Map.of("max.poll.records", 1));
        CanaryObserver canaries = new CanaryObserver(clients, ground.prefix(), RULES, () -> 0);
        AtomicInteger iterations = new AtomicInteger();
        await().alias("results are read").pollInSameThread().until(() -> {
            iterations.incrementAndGet();
            return canaries.follow(List.of(CANARY)).stream()
                    .anyMatch(each -> each.verdict(BEGAN)
                            .filter(verdict -> verdict.reason().contains("requests: 50;"))
                            .isPresent());
        });
        assertThat(iterations.get()).isLessThan(50);
    }

    /** Otherwise, an adapter whose results cannot be read is never trained again. */
    @Test
    void decidesAfterTheMaximumAgeWhileItReads() {
        send("r1", BEGAN.plusSeconds(1), BEGAN.plusSeconds(1));
        AtomicLong now = new AtomicLong();
        clients.close();
        clients = clients(Map.of("fetch.min.bytes", 1 << 30, "fetch.max.wait.ms", 60_000));
        CanaryObserver canaries = new CanaryObserver(clients, ground.prefix(), RULES, now::get);
        assertThat(canaries.follow(List.of(CANARY))).isEmpty();
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        CanaryAnalysis canary = canaries.follow(List.of(CANARY)).iterator().next();
        assertThat(canary.verdict(BEGAN.plus(RULES.maxAge())).orElseThrow().reason())
                .contains("no regression found within PT1H");
    }

    private KafkaClients clients(Map<String, Object> settings) {
        Map<String, Object> config = new HashMap<>(settings);
        config.put("bootstrap.servers", BROKER.broker().bootstrapServers());
        return new KafkaClients(config, "test", "unused");
    }

    private String verdict() {
        CanaryAnalysis canary = follow(new CanaryObserver(clients, ground.prefix(), RULES));
        return canary.verdict(BEGAN).map(CanaryAnalysis.Verdict::reason).orElse("none");
    }

    /** @return the analysis, after the observer has read all existing records */
    private static CanaryAnalysis follow(CanaryObserver canaries) {
        return await().alias("results and feedback are read")
                .pollInSameThread()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(30))
                .until(() -> canaries.follow(List.of(CANARY)), found -> !found.isEmpty())
                .iterator()
                .next();
    }

    /** @param at time of the result @param timestamp timestamp of the record */
    private void send(String requestId, Instant at, Instant timestamp) {
        GenerationSucceeded result = new GenerationSucceeded(
                requestId,
                "w1",
                at,
                List.of(new GeneratedImage(0, 7, "blob", SHA)),
                20,
                Duration.ofSeconds(1),
                new ShadowMeasured(new PinnedAdapter("fast", 2, SHA), 0.3, new PinnedAdapter("fast", 1, SHA), 0.3));
        ground.send(Topic.RESULTS, requestId, Json.write(result), timestamp);
    }
}
