// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationExpired;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.WorkerConfigs;
import io.lorafleet.worker.kafka.StandInEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that this worker must leave to other workers. */
class LeftRequestTest {
    private static final String NEWER_SCHEMA = "\"schemaVersion\":4,\"steps\":{\"first\":5},\"x\"";
    private static final String UNKNOWN_SAMPLER = "\"sampler\":\"of-tomorrow\",\"x\"";
    private static final String OTHER_BASE =
            "\"baseFingerprint\":\"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\",\"steps\"";

    @TempDir
    private Path storage;

    private BlobStore blobs;
    private RequestHandler handler;
    private final Cancellations cancellations = new Cancellations();
    private final GenerateImage request =
            Requests.request().webhook("https://example.com/t0ken").build();
    private final String id = request.requestId();

    @BeforeEach
    void openStore() throws IOException {
        blobs = new DirectoryBlobStore(storage);
        handler = new RequestHandler(
                new UnusedEngine(),
                blobs,
                cancellations,
                Clock.systemUTC(),
                WorkerConfigs.with("lorafleet.worker.id", "older"));
    }

    @ParameterizedTest
    @ValueSource(strings = {NEWER_SCHEMA, UNKNOWN_SAMPLER, OTHER_BASE})
    void endsWhenItIsCancelled(String change) throws IOException {
        cancellations.cancel(id);
        GenerationFinished end = end(handle(record(request, change)));
        assertThat(end).isInstanceOf(GenerationCancelled.class);
        byte[] manifest = blobs.get(BlobKeys.manifest(id)).orElseThrow();
        assertThat(GenerationManifest.readResult(manifest)).isEqualTo(end);
        assertThat(new String(manifest, UTF_8)).contains(request.prompt()).doesNotContain("t0ken");
        assertThat(end(handle(record(request, change)))).isEqualTo(end);
    }

    @ParameterizedTest
    @ValueSource(strings = {NEWER_SCHEMA, UNKNOWN_SAMPLER, OTHER_BASE})
    void endsAtItsDeadline(String change) {
        GenerateImage late = Requests.request().deadline(Instant.EPOCH).build();
        RecordOutcome outcome = handler.handle(
                late.requestId(), record(late, change), handler.stopSignal(late.requestId()), event -> {});
        assertThat(end(outcome)).isInstanceOf(GenerationExpired.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {NEWER_SCHEMA, UNKNOWN_SAMPLER, OTHER_BASE})
    void isReleasedWithoutAnAttempt(String change) throws IOException {
        StopSignal stop = handler.stopSignal(id);
        CompletableFuture<RecordOutcome> outcome =
                CompletableFuture.supplyAsync(() -> handler.handle(id, record(request, change), stop, event -> {}));
        stop.abandon();
        assertThat(outcome).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(new RecordOutcome.Release());
        try (Stream<String> keys = blobs.list("generations/")) {
            assertThat(keys).isEmpty();
        }
    }

    @Test
    void isReleasedIfThisWorkerLacksOneOfItsControlNets() throws IOException {
        PinnedControlNet edges = new PinnedControlNet("edges", "cd".repeat(32));
        GenerateImage controlled =
                Requests.request().control(edges, "ef".repeat(32), 1).build();
        StopSignal stop = handler.stopSignal(controlled.requestId());
        stop.abandon();
        assertThat(handler.handle(controlled.requestId(), Json.write(controlled), stop, event -> {}))
                .isEqualTo(new RecordOutcome.Release());
        try (Stream<String> keys = blobs.list("generations/")) {
            assertThat(keys).isEmpty();
        }
    }

    @Test
    void theResultOfANewerWorkerIsKept() throws IOException {
        GenerationFinished result = new GenerationCancelled(id, "newer", Instant.EPOCH);
        byte[] manifest = ("{\"request\":" + new String(record(request, UNKNOWN_SAMPLER), UTF_8) + ",\"result\":"
                        + new String(Json.write(result), UTF_8) + "}")
                .getBytes(UTF_8);
        blobs.putIfAbsent(BlobKeys.manifest(id), manifest);
        assertThat(end(handle(record(request, UNKNOWN_SAMPLER)))).isEqualTo(result);
        assertThat(blobs.get(BlobKeys.manifest(id))).contains(manifest);
    }

    @Test
    void thePausesGrow() {
        HandBacks handBacks = new HandBacks();
        List<Long> pauses =
                Stream.generate(() -> handBacks.next("r1").toSeconds()).limit(6).toList();
        assertThat(pauses).containsExactly(5L, 10L, 20L, 40L, 60L, 60L);
        assertThat(handBacks.next("r2")).isEqualTo(HandBacks.FIRST_PAUSE);
    }

    /** @param change JSON text that replaces the name of a field of the command */
    private static byte[] record(GenerateImage request, String change) {
        String json = new String(Json.write(request), UTF_8);
        String field = change.contains("sampler") ? "\"sampler\"" : "\"steps\"";
        assertThat(json).contains(field);
        return json.replace(field, change).getBytes(UTF_8);
    }

    private RecordOutcome handle(byte[] record) {
        return handler.handle(id, record, handler.stopSignal(id), event -> {});
    }

    private static GenerationFinished end(RecordOutcome outcome) {
        return ((RecordOutcome.Done) outcome).result();
    }

    private static final class UnusedEngine implements StandInEngine {
        @Override
        public List<CompletableFuture<FinishedImage>> generate(Job job) {
            throw new AssertionError("the request is for other workers");
        }

        @Override
        public StepCounters steps() {
            return new StepCounters(0, 0, 1);
        }
    }
}
