// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.request;
import static io.lorafleet.gateway.generation.Samples.succeeded;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import io.smallrye.reactive.messaging.kafka.commit.KafkaCommitHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

class FinishedFollowerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final GenerationTable generations = new GenerationTable(9, new Backlog(Clock.systemUTC()));
    /** The webhook calls in progress by generation id; the test completes the calls. */
    private final Map<String, CompletableFuture<Void>> told = new ConcurrentHashMap<>();

    /** The webhook header of each call by generation id. */
    private final Map<String, String> headers = new ConcurrentHashMap<>();

    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean caughtUp = true;
    private volatile boolean folded;

    private FinishedFollower follower(Duration timeout) {
        return new FinishedFollower(generations, this::tell, this::look, record -> folded, timeout);
    }

    private boolean look() {
        looks.incrementAndGet();
        return caughtUp;
    }

    private Uni<Void> tell(Generation generation, byte[] header) {
        headers.put(generation.id(), header == null ? "none" : new String(header, UTF_8));
        CompletableFuture<Void> taken = new CompletableFuture<>();
        told.put(generation.id(), taken);
        return Uni.createFrom().completionStage(taken);
    }

    private void finish(String id) {
        generations.apply(request(id));
        generations.apply(succeeded(id));
    }

    /** @return a result of an older worker, which copies no webhook */
    private IncomingKafkaRecord<String, byte[]> record(String id) {
        return record(new ConsumerRecord<>("generation.results", 0, 0, id, Json.write(succeeded(id))));
    }

    private IncomingKafkaRecord<String, byte[]> recordWithWebhook(String id) {
        ConsumerRecord<String, byte[]> record =
                new ConsumerRecord<>("generation.results", 0, 0, id, Json.write(succeeded(id)));
        record.headers().add(GenerateImage.WEBHOOK_HEADER, "hook".getBytes(UTF_8));
        return record(record);
    }

    private IncomingKafkaRecord<String, byte[]> record(ConsumerRecord<String, byte[]> record) {
        return new IncomingKafkaRecord<>(record, "finished", 0, new Acknowledgements(), null, false);
    }

    private final class Acknowledgements implements KafkaCommitHandler {
        @Override
        public <K, V> Uni<Void> handle(IncomingKafkaRecord<K, V> record) {
            acknowledged.add((String) record.getKey());
            return Uni.createFrom().voidItem();
        }
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(SOON);
    }

    /** Otherwise a killed gateway would lose results whose webhooks have not been called. */
    @Test
    void acknowledgesAResultAfterItsWebhookSucceeded() {
        finish("g");
        follower(LONG).finished(record("g"));
        await("the webhook is told").until(() -> told.containsKey("g"));
        assertThat(acknowledged).isEmpty();
        told.get("g").complete(null);
        await("it is acknowledged").until(() -> acknowledged.equals(List.of("g")));
    }

    @Test
    void doesNotDelayOthersWhileOneIsSilent() {
        finish("silent");
        finish("next");
        FinishedFollower follower = follower(LONG);
        follower.finished(record("silent"));
        follower.finished(record("next"));
        await("both are told").until(() -> told.size() == 2);
        told.get("next").complete(null);
        await("the next is acknowledged").until(() -> acknowledged.equals(List.of("next")));
    }

    @Test
    void acknowledgesAResultWhoseWebhookFails() {
        finish("g");
        follower(LONG).finished(record("g"));
        await("the webhook is told").until(() -> told.containsKey("g"));
        told.get("g").completeExceptionally(new IllegalStateException("a fault of the gateway's own"));
        await("it is acknowledged").until(() -> acknowledged.equals(List.of("g")));
    }

    @Test
    void acknowledgesAResultOfAForgottenGeneration() {
        generations.apply(request("never-finished"));
        follower(Duration.ofMillis(10)).finished(record("never-finished"));
        await("it is acknowledged").until(() -> acknowledged.equals(List.of("never-finished")));
        assertThat(told).isEmpty();
    }

    /** Otherwise, the results of a long downtime would wait all at once. */
    @Test
    void doesNotWaitForAResultThatTheTableHasForgotten() {
        folded = true;
        follower(LONG).finished(record("forgotten"));
        await("it is acknowledged").until(() -> acknowledged.equals(List.of("forgotten")));
        assertThat(told).isEmpty();
    }

    /** Also if the gateway has not read the request yet. */
    @Test
    void callsTheWebhookOfAResultWithoutKnowingTheRequest() {
        caughtUp = false;
        follower(LONG).finished(recordWithWebhook("forgotten"));
        await("the webhook is told").until(() -> told.containsKey("forgotten"));
        assertThat(headers).containsEntry("forgotten", "hook");
        assertThat(looks).hasValue(0);
        told.get("forgotten").complete(null);
        await("it is acknowledged").until(() -> acknowledged.equals(List.of("forgotten")));
    }

    @Test
    void tellsTheFirstResultIfThereAreSeveral() {
        generations.apply(request("g"));
        generations.apply(new GenerationCancelled("g", "w1", NOW));
        FinishedFollower follower = new FinishedFollower(
                generations,
                (generation, header) -> {
                    headers.put(generation.id(), generation.status().toString());
                    return Uni.createFrom().voidItem();
                },
                this::look,
                record -> folded,
                LONG);
        follower.finished(recordWithWebhook("g"));
        await("it is acknowledged").until(() -> acknowledged.equals(List.of("g")));
        assertThat(headers).containsEntry("g", "CANCELLED");
    }

    /** Results can be read before the requests, which contain the webhook URLs. */
    @Test
    void waitsUntilItKnowsTheRequest() {
        caughtUp = false;
        finish("g");
        CompletableFuture<Void> next = follower(LONG).finished(record("g")).toCompletableFuture();
        await("it has looked twice").until(() -> looks.get() == 2);
        assertThat(next).as("the next result is consumed").isNotDone();
        assertThat(told).isEmpty();
        assertThat(acknowledged).isEmpty();
        caughtUp = true;
        await("the webhook is told").until(() -> told.containsKey("g"));
        assertThat(next).as("the next result is consumed").succeedsWithin(SOON);
    }

    @Test
    void waitsForAResultThatTheTableGetsLater() {
        generations.apply(request("g"));
        follower(LONG).finished(record("g"));
        assertThat(told).isEmpty();
        generations.apply(succeeded("g"));
        await("the webhook is told").until(() -> told.containsKey("g"));
    }
}
