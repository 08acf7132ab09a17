// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SealedJson;
import io.lorafleet.messages.UnknownValueException;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.CommandHeader;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationExpired;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFailed.Reason;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.messages.generation.Preview;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.telemetry.Spans;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.adapter.UnusableAdapterException;
import io.lorafleet.worker.job.Attempts.Attempt;
import io.lorafleet.worker.job.StorageRetries.Operation;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Processes a request, from the record to the stored images. */
@ApplicationScoped
public class RequestHandler {
    private static final Logger LOG = Logger.getLogger(RequestHandler.class);
    private static final Duration STORAGE_RETRY_INTERVAL = Duration.ofSeconds(2);
    private static final Duration STORAGE_TIMEOUT = Duration.ofMinutes(5);
    private static final AttributeKey<String> BLOB = AttributeKey.stringKey("lorafleet.blob");
    private static final AttributeKey<Long> BYTES = AttributeKey.longKey("lorafleet.bytes");

    private final ImageEngine engine;
    private final BlobStore blobs;
    private final RequestImages images;
    private final StorageRetries storage;
    private final Attempts attempts;
    private final HandBacks handBacks = new HandBacks();
    private final Cancellations cancellations;
    private final Clock clock;
    private final String workerId;
    private final int maxAttempts;
    private final boolean imageMetadata;
    private final Duration hangTimeout;

    @Inject
    public RequestHandler(
            ImageEngine engine, BlobStore blobs, Cancellations cancellations, Clock clock, WorkerConfig config) {
        this(engine, blobs, cancellations, clock, config, new StorageRetries(STORAGE_RETRY_INTERVAL, STORAGE_TIMEOUT));
    }

    RequestHandler(
            ImageEngine engine,
            BlobStore blobs,
            Cancellations cancellations,
            Clock clock,
            WorkerConfig config,
            StorageRetries storage) {
        this.engine = engine;
        this.blobs = blobs;
        this.images = new RequestImages(blobs);
        this.storage = storage;
        this.attempts = new Attempts(blobs, config.worker().maxAttempts());
        this.cancellations = cancellations;
        this.clock = clock;
        this.workerId = config.worker().id();
        this.maxAttempts = config.worker().maxAttempts();
        this.imageMetadata = config.worker().imageMetadata();
        this.hangTimeout = config.worker().hangTimeout();
    }

    /**
     * @param key key of the record, or null
     * @return the stop signal to pass to {@link #handle}; it is set when the request is cancelled
     */
    public StopSignal stopSignal(@Nullable String key) {
        return new StopSignal(() -> key != null && cancellations.cancelled(key));
    }

    /** @return whether one of the engine's threads is hung, so that this worker cannot finish its requests */
    public boolean engineHung() {
        return engine.busyFor().compareTo(hangTimeout) > 0;
    }

    /** @return why requests are waiting for the blob store; null if the store is working */
    public @Nullable String storageFailure() {
        return storage.failure();
    }

    /** @return the number of jobs that are waiting because they, or jobs before them, must run alone */
    public int waitingJobs() {
        return attempts.waiting();
    }

    /**
     * Processes one record. Blocks until the outcome is known, even while the blob store is failing.
     *
     * @param key key of the record, or null if it is not a valid request id
     * @param record value of the record
     * @param stop signal that ends the job early
     * @param progress receives the progress
     */
    public RecordOutcome handle(
            @Nullable String key, byte @Nullable [] record, StopSignal stop, ProgressListener progress) {
        CommandHeader header = header(key, record);
        String leave =
                header == null ? null : header.reasonToLeave(engine.model().fingerprint());
        if (header != null && leave != null) {
            return handBack(header, record, leave, stop);
        }
        GenerateImage request;
        try {
            request = Json.read(record, GenerateImage.class);
        } catch (InvalidMessageException e) {
            return header != null && e instanceof UnknownValueException
                    ? handBack(header, record, String.valueOf(e.getMessage()), stop)
                    : new RecordOutcome.Refuse(String.valueOf(e.getMessage()), 0, null);
        }
        if (!request.requestId().equals(key)) {
            String detail = "key: expected " + request.requestId() + ", found " + key;
            return new RecordOutcome.Refuse(detail, 0, null);
        }
        String missing = missingControlNet(request);
        if (header != null && missing != null) {
            return handBack(header, record, missing, stop);
        }
        Attempt attempt = attempts.of(request.requestId());
        try (attempt) {
            return repeat(request, attempt, stop, () -> handle(request, attempt, stop, progress));
        } catch (CancellationException e) {
            attempt.takeBack();
            return new RecordOutcome.Release();
        } catch (RuntimeException | Error e) { // a defect; it counts, so that the request is not retried forever
            return storage.repeat(request.requestId(), stop, () -> {
                attempt.count();
                if (attempt.noneLeft()) {
                    LOG.errorf(e, "Request %s failed unexpectedly", request.requestId());
                    return exhausted(request);
                }
                throw e;
            });
        }
    }

    /**
     * @return the command's header; null if the record has no valid header, or if its key is not the command's request
     *     id
     */
    private static @Nullable CommandHeader header(@Nullable String key, byte @Nullable [] record) {
        try {
            CommandHeader header = Json.read(record, CommandHeader.class);
            return header.requestId().equals(key) ? header : null;
        } catch (InvalidMessageException e) {
            return null;
        }
    }

    /** @return which ControlNet of the request this worker does not have; null if it has all of them */
    private @Nullable String missingControlNet(GenerateImage request) {
        List<PinnedControlNet> known = engine.controlNets();
        for (AppliedControlNet control : request.appliedControls()) {
            PinnedControlNet wanted = control.controlNet();
            if (!known.contains(wanted)) {
                return "controls: expected some of "
                        + known.stream().map(RequestHandler::described).toList() + ", found " + described(wanted);
            }
        }
        return null;
    }

    private static String described(PinnedControlNet controlNet) {
        return controlNet.name() + " with SHA-256 " + controlNet.sha256();
    }

    /** A {@link GenerationManifest} with a command that this worker does not understand. */
    private record LeftManifest(RawCommand request, GenerationFinished result) {}

    /** A generate command of any schema version. */
    private static final class RawCommand extends LinkedHashMap<String, Object> {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Leaves a request to other workers, after a pause. If the request was cancelled or has expired, this worker ends
     * it instead.
     */
    private RecordOutcome handBack(CommandHeader header, byte @Nullable [] record, String why, StopSignal stop) {
        String id = header.requestId();
        Duration pause = handBacks.next(id);
        LOG.warnf("Request %s will be left to other workers in %d seconds: %s", id, pause.toSeconds(), why);
        try {
            return storage.repeat(id, stop, () -> {
                Optional<GenerationFinished> finished = storedResult(id);
                if (finished.isPresent()) {
                    return new RecordOutcome.Done(finished.get());
                }
                if (!HandBacks.pause(pause, stop, () -> stop.cancelled() || header.expired(clock.instant()))) {
                    return new RecordOutcome.Release();
                }
                RawCommand request = Json.read(record, RawCommand.class);
                request.remove("webhook"); // as in GenerationManifest
                GenerationFinished result = stop.cancelled() ? cancelled(id) : expired(id);
                return new RecordOutcome.Done(store(id, new LeftManifest(request, result), result));
            });
        } catch (CancellationException e) {
            return new RecordOutcome.Release();
        }
    }

    /** Retries an operation while the blob store is failing, and lets other jobs run in the meantime. */
    private <T> T repeat(GenerateImage request, Attempt attempt, StopSignal stop, Operation<T> operation) {
        return storage.repeat(request.requestId(), stop, () -> {
            try {
                return operation.run();
            } catch (IOException | UncheckedIOException e) {
                attempt.suspend();
                throw e;
            }
        });
    }

    /** @throws CancellationException if the job is abandoned */
    private RecordOutcome handle(GenerateImage request, Attempt attempt, StopSignal stop, ProgressListener progress)
            throws IOException {
        Optional<GenerationFinished> finished = storedResult(request.requestId());
        if (finished.isPresent()) {
            return new RecordOutcome.Done(finished.get());
        }
        if (stop.cancelled() || request.expired(clock.instant())) {
            GenerationFinished result =
                    stop.cancelled() ? cancelled(request.requestId()) : expired(request.requestId());
            return new RecordOutcome.Done(store(request, result));
        }
        if (!attempt.begun() && attempt.noneLeft()) {
            return exhausted(request);
        }
        if (!attempt.begin(() -> stop.stopped() || request.expired(clock.instant()))) {
            if (stop.abandoned()) {
                throw new CancellationException("abandoned while waiting for other jobs");
            }
            return handle(request, attempt, stop, progress); // one of the reasons above has arisen
        }
        // While the job waited to run alone, another attempt at the same request may have ended.
        finished = attempt.runsAlone() ? storedResult(request.requestId()) : Optional.empty();
        if (finished.isPresent()) {
            return new RecordOutcome.Done(finished.get());
        }
        Instant start = clock.instant();
        progress.report(new GenerationStarted(request.requestId(), workerId, start));
        GenerationFinished result = generate(request, attempt, start, stop, progress);
        // Storing is retried separately, so that a failure of the blob store does not discard the result.
        return new RecordOutcome.Done(repeat(request, attempt, stop, () -> store(request, result)));
    }

    /** @throws CancellationException if the job is abandoned */
    private GenerationFinished generate(
            GenerateImage request, Attempt attempt, Instant start, StopSignal stop, ProgressListener progress)
            throws IOException {
        try {
            ShadowMean shadow = new ShadowMean(request);
            StoredImages stored = storeImages(request, attempt, start, stop, progress, shadow);
            return new GenerationSucceeded(
                    request.requestId(),
                    workerId,
                    clock.instant(),
                    stored.images(),
                    request.unetEvaluations(),
                    Duration.between(start, clock.instant()),
                    shadow.measured(),
                    stored.tokens());
        } catch (CancellationException e) {
            if (stop.abandoned()) {
                throw e;
            }
            return cancelled(request.requestId());
        } catch (DeadlinePassedException e) {
            return expired(request.requestId());
        } catch (UnusableAdapterException e) {
            return failed(request, Reason.ADAPTER_UNUSABLE, e);
        } catch (UnusableImageException e) {
            return failed(request, e.reason(), e);
        } catch (IllegalArgumentException e) {
            return failed(request, Reason.INVALID_REQUEST, e);
        }
    }

    private RecordOutcome exhausted(GenerateImage request) throws IOException {
        String detail = "none of " + maxAttempts + " attempts succeeded";
        GenerationFinished result = store(
                request,
                new GenerationFailed(
                        request.requestId(), workerId, clock.instant(), Reason.ATTEMPTS_EXHAUSTED, detail));
        return result instanceof GenerationFailed failed
                ? new RecordOutcome.Refuse(detail, maxAttempts, failed)
                : new RecordOutcome.Done(result); // another worker was faster
    }

    /**
     * Returns the result in the manifest, if an earlier attempt stored a manifest. Its worker may have died before
     * publishing the result.
     */
    private Optional<GenerationFinished> storedResult(String requestId) throws IOException {
        String key = BlobKeys.manifest(requestId);
        Optional<byte[]> manifest = blobs.get(key);
        try {
            return manifest.map(GenerationManifest::readResult);
        } catch (InvalidMessageException e) {
            LOG.errorf("Request %s: deleting the damaged blob %s: %s", requestId, key, e.getMessage());
            blobs.delete(key);
            return Optional.empty();
        }
    }

    /** @param tokens token counts of the request's prompts */
    private record StoredImages(
            List<GeneratedImage> images, @Nullable PromptTokens tokens) {}

    private StoredImages storeImages(
            GenerateImage request,
            Attempt attempt,
            Instant arrivedAt,
            StopSignal stop,
            ProgressListener progress,
            ShadowMean shadow)
            throws IOException {
        AtomicInteger steps = new AtomicInteger();
        StepListener onStep = (image, preview) -> progress.report(new StepDone(
                request.requestId(), steps.incrementAndGet(), request.allSteps(), preview(image, preview)));
        List<CompletableFuture<FinishedImage>> generated = engine.generate(
                new Job(request, images.init(request), images.conditions(request), arrivedAt, stop, onStep));
        attempt.draws(generated);
        List<GeneratedImage> stored = new ArrayList<>();
        PromptTokens tokens = null;
        for (int i = 0; i < request.count(); i++) {
            long seed = request.seed() + i;
            FinishedImage finishedImage = await(generated.get(i));
            shadow.add(finishedImage);
            tokens = finishedImage.tokens();
            byte[] png = PngFile.encode(
                    finishedImage.image(),
                    imageMetadata ? ImageMetadata.of(request, seed, engine.model(), tokens) : Map.of());
            String key = BlobKeys.image(request.requestId(), i);
            // Retried separately, so that a failure of the blob store does not discard the images.
            String sha256 = repeat(request, attempt, stop, () -> storeImage(key, png));
            stored.add(new GeneratedImage(i, seed, key, sha256));
        }
        return new StoredImages(stored, tokens);
    }

    /**
     * Stores an image, unless an earlier attempt has stored one. The bytes of the two images may differ, because they
     * can depend on the processor and on the other rows of a batch.
     *
     * @return SHA-256 of the stored bytes
     */
    private String storeImage(String key, byte[] png) throws IOException {
        return traced(
                "store image",
                key,
                png.length,
                () -> Sha256.of(
                        blobs.putIfAbsent(key, png) ? png : blobs.get(key).orElseThrow()));
    }

    /** Runs an operation on a blob in a span. Each retry has a span of its own. */
    private static <T> T traced(String name, String key, int bytes, Operation<T> operation) throws IOException {
        Span span = Spans.start(name).setAttribute(BLOB, key).setAttribute(BYTES, (long) bytes);
        try {
            return operation.run();
        } catch (IOException | RuntimeException e) {
            Spans.fail(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    private static @Nullable Preview preview(int image, @Nullable RgbImage preview) {
        return preview == null
                ? null
                : new Preview(image, Base64.getEncoder().encodeToString(JpegFile.encode(preview)));
    }

    private static FinishedImage await(CompletableFuture<FinishedImage> image) {
        try {
            return image.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Stores the manifest. If another attempt has already stored a manifest, returns that attempt's result. */
    private GenerationFinished store(GenerateImage request, GenerationFinished result) throws IOException {
        return store(request.requestId(), new GenerationManifest(request, result), result);
    }

    private GenerationFinished store(String requestId, Object manifest, GenerationFinished result) throws IOException {
        String key = BlobKeys.manifest(requestId);
        byte[] json = SealedJson.write(manifest);
        boolean first = traced("store manifest", key, json.length, () -> blobs.putIfAbsent(key, json));
        storage.written();
        return first ? result : storedResult(requestId).orElseThrow();
    }

    private GenerationFinished cancelled(String requestId) {
        return new GenerationCancelled(requestId, workerId, clock.instant());
    }

    private GenerationFinished expired(String requestId) {
        return new GenerationExpired(requestId, workerId, clock.instant());
    }

    private GenerationFinished failed(GenerateImage request, Reason reason, RuntimeException why) {
        return new GenerationFailed(
                request.requestId(), workerId, clock.instant(), reason, String.valueOf(why.getMessage()));
    }
}
