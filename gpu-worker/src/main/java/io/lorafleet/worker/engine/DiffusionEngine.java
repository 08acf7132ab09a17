// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.telemetry.Spans;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.batching.BatchScheduler;
import io.lorafleet.worker.batching.ImageSize;
import io.lorafleet.worker.batching.MaxBatchRows;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.ImageEngine;
import io.lorafleet.worker.job.Job;
import io.lorafleet.worker.job.StepCounters;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Generates images with the resident model. For each job, it acquires the adapters, encodes the prompts, runs the
 * images' steps in the {@link StepLoop}, and decodes the latents.
 */
final class DiffusionEngine implements ImageEngine, AutoCloseable {
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

    private final StableDiffusion model;
    private final BaseModel description;
    private final ResidentAdapters adapters;
    private final ControlNets controlNets;
    private final Clock clock;
    private final EngineMetrics metrics;
    private final int capacity;
    private final StepLoop loop;
    private final Thread device;
    /** Futures of images that are not yet complete. */
    private final Set<CompletableFuture<FinishedImage>> pending = ConcurrentHashMap.newKeySet();

    private final ThreadWatch preparing = new ThreadWatch();
    private final ThreadWatch decoding = new ThreadWatch();
    private final ExecutorService prepareExecutor = singleThread("prepare");
    private final ExecutorService decodeExecutor = singleThread("decode");

    /**
     * @param model resident model; the engine closes it
     * @param adapters adapter cache; the engine closes it
     * @param controlNets ControlNets of the model; the engine closes them
     * @param batchTimeout time after which a batch-priority image is scheduled like an interactive image
     */
    DiffusionEngine(
            StableDiffusion model,
            BaseModel description,
            ResidentAdapters adapters,
            ControlNets controlNets,
            MaxBatchRows maxRows,
            Duration batchTimeout,
            Previews previews,
            MeterRegistry meters,
            Clock clock) {
        this.model = model;
        this.description = description;
        this.adapters = adapters;
        this.controlNets = controlNets;
        this.clock = clock;
        this.metrics = new EngineMetrics(meters, adapters, clock);
        this.capacity = maxRows.of(new ImageSize(model.defaultSize(), model.defaultSize()));
        this.loop = new StepLoop(
                new BatchScheduler<>(maxRows, batchTimeout),
                task -> decodeExecutor.execute(() -> decoding.run(task::finish)),
                previews,
                metrics,
                clock);
        this.device = TorchSettings.thread("device", loop);
        device.start();
    }

    private static ExecutorService singleThread(String name) {
        return Executors.newSingleThreadExecutor(task -> TorchSettings.thread(name, task));
    }

    @Override
    public BaseModel model() {
        return description;
    }

    @Override
    public List<PinnedControlNet> controlNets() {
        return controlNets.references();
    }

    @Override
    public String device() {
        return model.owner().getDevice().toString();
    }

    @Override
    public StepCounters steps() {
        return metrics.count(capacity);
    }

    @Override
    public Duration busyFor() {
        return Stream.of(preparing.busyFor(), loop.busyFor(), decoding.busyFor())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    @SuppressWarnings("CollectionUndefinedEquality") // futures have no equals()
    @Override
    public List<CompletableFuture<FinishedImage>> generate(Job job) {
        List<CompletableFuture<FinishedImage>> images = Stream.generate(CompletableFuture<FinishedImage>::new)
                .limit(job.request().count())
                .toList();
        pending.addAll(images);
        images.forEach(each -> each.whenComplete((finishedImage, failure) -> pending.remove(each)));
        Context trace = Context.current();
        AdapterLeases.acquire(job.request(), adapters)
                .thenAcceptAsync(
                        trace.wrapConsumer(leases -> preparing.run(() -> prepare(job, leases, images))),
                        prepareExecutor)
                .exceptionally(failure -> {
                    Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
                    images.forEach(each -> each.completeExceptionally(why));
                    return null;
                });
        return images;
    }

    /** Encodes the prompts and submits each image to the step loop. */
    private void prepare(Job job, AdapterLeases leases, List<CompletableFuture<FinishedImage>> images) {
        SharedPrompt shared;
        Span encode = Spans.start("encode prompts");
        try {
            shared = new SharedPrompt(prompt(job, leases), leases, images.size());
        } catch (RuntimeException | Error e) {
            leases.close();
            Spans.fail(encode, e);
            throw e;
        } finally {
            encode.end();
        }
        for (int i = 0; i < images.size(); i++) {
            try {
                Denoising denoising = Denoising.start(shared.prompt(), job.parameters(i), job.initImage());
                loop.submit(new ImageTask(job, i, shared, denoising, images.get(i)));
            } catch (RuntimeException | Error e) {
                shared.release();
                images.get(i).completeExceptionally(e);
            }
        }
    }

    private PreparedPrompt prompt(Job job, AdapterLeases leases) {
        RuntimeException reason = ImageTask.endReason(job, clock.instant());
        if (reason != null) {
            throw reason;
        }
        Denoising.requireFit(model, job.parameters(0), job.initImage());
        GenerateImage request = job.request();
        return PreparedPrompt.of(
                model,
                job.parameters(0),
                leases.applied(request),
                leases.shadow(request),
                controlNets.controls(request, job.conditions()));
    }

    int liveArrays() {
        return model.liveArrays();
    }

    /** Cancels all images, including those that no thread has started yet, and frees the model. */
    @Override
    public void close() {
        prepareExecutor.shutdownNow();
        loop.stop();
        decodeExecutor.shutdownNow();
        adapters.close();
        try {
            device.join(SHUTDOWN_TIMEOUT.toMillis());
            boolean ended = !device.isAlive()
                    && prepareExecutor.awaitTermination(SHUTDOWN_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    && decodeExecutor.awaitTermination(SHUTDOWN_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            if (ended) {
                controlNets.close();
                model.close();
            } // otherwise, the process is about to end, and freeing memory in use would crash it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pending.forEach(each -> each.completeExceptionally(new CancellationException("the worker is stopping")));
    }
}
