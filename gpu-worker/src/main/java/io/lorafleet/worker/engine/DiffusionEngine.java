// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.batching.BatchScheduler;
import io.lorafleet.worker.batching.ImageSize;
import io.lorafleet.worker.batching.MaxBatchRows;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.ImageEngine;
import io.lorafleet.worker.job.Job;
import io.lorafleet.worker.job.StepCounters;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
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
 * The resident model at work. A request gets its adapters, then its prompts are encoded; its images go their steps in
 * the {@link StepLoop}, and what comes out is decoded.
 */
final class DiffusionEngine implements ImageEngine, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final StableDiffusion model;
    private final BaseModel description;
    private final ResidentAdapters adapters;
    private final Clock clock;
    private final EngineMetrics metrics;
    private final int capacity;
    private final StepLoop loop;
    private final Thread device;
    /** Images that callers wait for. */
    private final Set<CompletableFuture<FinishedImage>> promised = ConcurrentHashMap.newKeySet();

    private final ExecutorService preparing = singleThread("prepare");
    private final ExecutorService decoding = singleThread("decode");

    /**
     * @param model closed with the engine
     * @param adapters likewise
     * @param patience of images of low priority, see {@link BatchScheduler}
     */
    DiffusionEngine(
            StableDiffusion model,
            BaseModel description,
            ResidentAdapters adapters,
            MaxBatchRows maxRows,
            Duration patience,
            Previews previews,
            MeterRegistry meters,
            Clock clock) {
        this.model = model;
        this.description = description;
        this.adapters = adapters;
        this.clock = clock;
        this.metrics = new EngineMetrics(meters, adapters, clock);
        this.capacity = maxRows.of(new ImageSize(model.defaultSize(), model.defaultSize()));
        this.loop = new StepLoop(
                new BatchScheduler<>(maxRows, patience),
                task -> decoding.execute(task::finish),
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
    public String device() {
        return model.owner().getDevice().toString();
    }

    @Override
    public StepCounters steps() {
        return metrics.count(capacity);
    }

    @SuppressWarnings("CollectionUndefinedEquality") // each promise is itself alone
    @Override
    public List<CompletableFuture<FinishedImage>> draw(Job job) {
        List<CompletableFuture<FinishedImage>> images = Stream.generate(CompletableFuture<FinishedImage>::new)
                .limit(job.request().count())
                .toList();
        promised.addAll(images);
        images.forEach(each -> each.whenComplete((finishedImage, failure) -> promised.remove(each)));
        AdapterLeases.acquire(job.request(), adapters)
                .thenAcceptAsync(leases -> prepare(job, leases, images), preparing)
                .exceptionally(failure -> {
                    Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
                    images.forEach(each -> each.completeExceptionally(why));
                    return null;
                });
        return images;
    }

    /** Sends each image on its way. */
    private void prepare(Job job, AdapterLeases leases, List<CompletableFuture<FinishedImage>> images) {
        SharedPrompt shared;
        try {
            shared = new SharedPrompt(prompt(job, leases), leases, images.size());
        } catch (RuntimeException | Error e) {
            leases.close();
            throw e;
        }
        for (int i = 0; i < images.size(); i++) {
            try {
                Denoising denoising = Denoising.start(shared.prompt(), job.parameters(i), job.initImage());
                loop.join(new ImageTask(job, i, shared, denoising, images.get(i)));
            } catch (RuntimeException | Error e) {
                shared.leave();
                images.get(i).completeExceptionally(e);
            }
        }
    }

    private PreparedPrompt prompt(Job job, AdapterLeases leases) {
        RuntimeException end = ImageTask.end(job, clock.instant());
        if (end != null) {
            throw end;
        }
        Denoising.requireFit(model, job.parameters(0), job.initImage());
        GenerateImage request = job.request();
        return PreparedPrompt.of(model, job.parameters(0), leases.applied(request), leases.shadow(request));
    }

    int liveArrays() {
        return model.liveArrays();
    }

    /** Frees the model and cancels all images, including those that no thread has started. */
    @Override
    public void close() {
        preparing.shutdownNow();
        loop.stop();
        decoding.shutdownNow();
        adapters.close();
        try {
            device.join(PATIENCE.toMillis());
            boolean ended = !device.isAlive()
                    && preparing.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    && decoding.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (ended) {
                model.close();
            } // else the process ends anyway, and freeing what is in use would crash it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        promised.forEach(each -> each.completeExceptionally(new CancellationException("the worker stops")));
    }
}
