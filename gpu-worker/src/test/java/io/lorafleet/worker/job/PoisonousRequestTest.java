// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.SealedJson;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFailed.Reason;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.PromptTokens;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request that ends the worker's process when it is generated, in a worker that also has other requests. */
class PoisonousRequestTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_ATTEMPTS = 4;

    @TempDir
    private Path storage;

    private BlobStore blobs;
    private final GenerateImage poison = Requests.request().prompt("poison").build();
    private final List<GenerateImage> innocents =
            Stream.generate(Requests::star).limit(11).toList();

    /** The requests in the engine at each crash. */
    private final List<Integer> crashes = new ArrayList<>();

    @BeforeEach
    void openStore() throws IOException {
        blobs = new DirectoryBlobStore(storage);
    }

    @Test
    void onlyThePoisonousRequestFails() throws IOException {
        Map<String, GenerationFinished> ends = runAll();
        assertThat(innocents)
                .allSatisfy(
                        innocent -> assertThat(ends.get(innocent.requestId())).isInstanceOf(GenerationSucceeded.class));
        assertThat(ends.get(poison.requestId()))
                .isInstanceOfSatisfying(
                        GenerationFailed.class,
                        failed -> assertThat(failed.reason()).isEqualTo(Reason.ATTEMPTS_EXHAUSTED));
        assertThat(crashes).containsExactly(12, 1, 1, 1, 1);
    }

    /** Starts one process after another, until every request has ended. */
    private Map<String, GenerationFinished> runAll() {
        Map<String, GenerationFinished> ends = new HashMap<>();
        while (ends.size() < 1 + innocents.size()) {
            WorkerProcess process = new WorkerProcess();
            Stream.concat(Stream.of(poison), innocents.stream())
                    .filter(request -> !ends.containsKey(request.requestId()))
                    .forEach(process::take);
            process.run();
            ends.putAll(process.ends);
        }
        return ends;
    }

    @Test
    void aRequestThatWaitsToRunAloneCanBeCancelled() throws IOException {
        blobs.putIfAbsent(BlobKeys.sharedAttempt(poison.requestId()), new byte[0]);
        WorkerProcess process = new WorkerProcess();
        GenerateImage other = innocents.get(0);
        process.take(other);
        awaitThat("the other request is generated", () -> process.drawing.containsKey(other.requestId()));
        process.take(poison);
        awaitThat("the request waits", () -> process.handler.waitingJobs() == 1);
        process.cancellations.cancel(poison.requestId());
        awaitThat("the request has ended", () -> process.ends.containsKey(poison.requestId()));
        assertThat(attempts(poison)).isEmpty();
        process.finish();
        awaitThat("the other request has ended", () -> process.ends.containsKey(other.requestId()));
    }

    @Test
    void aRequestThatWaitsToRunAloneCanBeAbandoned() throws IOException {
        blobs.putIfAbsent(BlobKeys.sharedAttempt(poison.requestId()), new byte[0]);
        WorkerProcess process = new WorkerProcess();
        process.take(innocents.get(0));
        awaitThat("the other request is generated", () -> !process.drawing.isEmpty());
        StopSignal stop = process.handler.stopSignal(poison.requestId());
        CompletableFuture<RecordOutcome> outcome = CompletableFuture.supplyAsync(
                () -> process.handler.handle(poison.requestId(), Json.write(poison), stop, event -> {}));
        awaitThat("the request waits", () -> process.handler.waitingJobs() == 1);
        stop.abandon();
        assertThat(outcome).succeedsWithin(TIMEOUT).isEqualTo(new RecordOutcome.Release());
        assertThat(attempts(poison)).isEmpty();
    }

    /** For example if two gateways published the request again. */
    @Test
    void aRequestThatEndsWhileItWaitsToRunAloneIsNotGeneratedAgain() throws IOException {
        GenerateImage repeated = innocents.get(1);
        blobs.putIfAbsent(BlobKeys.sharedAttempt(repeated.requestId()), new byte[0]);
        WorkerProcess process = new WorkerProcess();
        process.take(innocents.get(0));
        awaitThat("the other request is generated", () -> !process.drawing.isEmpty());
        process.take(repeated);
        awaitThat("the request waits", () -> process.handler.waitingJobs() == 1);
        GenerationFinished end = new GenerationCancelled(repeated.requestId(), "another-worker", Instant.EPOCH);
        blobs.putIfAbsent(
                BlobKeys.manifest(repeated.requestId()), SealedJson.write(new GenerationManifest(repeated, end)));
        process.finish();
        awaitThat("the request has ended", () -> process.ends.containsKey(repeated.requestId()));
        assertThat(process.ends.get(repeated.requestId())).isEqualTo(end);
        assertThat(process.drawing).isEmpty();
    }

    private List<Integer> attempts(GenerateImage request) throws IOException {
        List<Integer> found = new ArrayList<>();
        for (int number = 1; number <= MAX_ATTEMPTS; number++) {
            if (blobs.get(BlobKeys.attempt(request.requestId(), number)).isPresent()) {
                found.add(number);
            }
        }
        return found;
    }

    private static void awaitThat(String what, Callable<Boolean> condition) {
        await().alias(what).atMost(TIMEOUT).pollInterval(Duration.ofMillis(10)).until(condition);
    }

    /** A process with one slot for each request. After a crash, its threads never continue. */
    private final class WorkerProcess implements StandInEngine {
        private final Cancellations cancellations = new Cancellations();
        private final RequestHandler handler = new RequestHandler(
                this,
                blobs,
                cancellations,
                Clock.systemUTC(),
                WorkerConfigs.with("lorafleet.worker.max-attempts", Integer.toString(MAX_ATTEMPTS)));
        private final Map<String, CompletableFuture<FinishedImage>> drawing = new ConcurrentHashMap<>();
        private final Map<String, GenerationFinished> ends = new ConcurrentHashMap<>();
        private int taken;

        void take(GenerateImage request) {
            taken++;
            String id = request.requestId();
            Thread slot = new Thread(() -> ends.put(
                    id,
                    handler.handle(id, Json.write(request), handler.stopSignal(id), event -> {})
                            .match(RecordOutcome.Done::result, RecordOutcome.Refuse::result, release -> {
                                throw new AssertionError("released");
                            })));
            slot.setDaemon(true);
            slot.start();
        }

        /** Runs until the process crashes, or until all requests have ended. */
        void run() {
            while (ends.size() < taken) {
                awaitThat(
                        "every request has ended, is generated, or waits",
                        () -> ends.size() + drawing.size() + handler.waitingJobs() == taken);
                if (drawing.containsKey(poison.requestId())) {
                    crashes.add(drawing.size());
                    return;
                }
                finish();
            }
        }

        /** Finishes all images. */
        void finish() {
            FinishedImage image = new FinishedImage(
                    new RgbImage(1, 1, new byte[3]),
                    Optional.empty(),
                    new PromptTokens(new PromptTokens.Count(0, 0), null));
            for (String id : List.copyOf(drawing.keySet())) {
                CompletableFuture<FinishedImage> future = drawing.get(id);
                drawing.remove(id);
                future.complete(image);
            }
        }

        @Override
        public List<CompletableFuture<FinishedImage>> generate(Job job) {
            CompletableFuture<FinishedImage> image = new CompletableFuture<>();
            drawing.put(job.request().requestId(), image);
            return List.of(image);
        }

        @Override
        public StepCounters steps() {
            return new StepCounters(0, 0, 1);
        }
    }
}
