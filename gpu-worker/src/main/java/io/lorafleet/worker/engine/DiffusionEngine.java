// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.Torch;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.WorkerStatus.BaseModel;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.batching.BatchCap;
import io.lorafleet.worker.batching.PictureSize;
import io.lorafleet.worker.batching.Turns;
import io.lorafleet.worker.job.Drawing;
import io.lorafleet.worker.job.Drawn;
import io.lorafleet.worker.job.ImageEngine;
import io.lorafleet.worker.job.StepCount;
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
 * The resident model at work. A request gets its adapters, then its prompts are encoded; its pictures go their steps in
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
    /** Pictures that callers wait for. */
    private final Set<CompletableFuture<Drawn>> promised = ConcurrentHashMap.newKeySet();

    private final ExecutorService preparing = singleThread("prepare");
    private final ExecutorService decoding = singleThread("decode");

    /**
     * @param model closed with the engine
     * @param adapters likewise
     * @param patience of pictures of low priority, see {@link Turns}
     */
    DiffusionEngine(
            StableDiffusion model,
            BaseModel description,
            ResidentAdapters adapters,
            BatchCap cap,
            Duration patience,
            Previews previews,
            MeterRegistry meters,
            Clock clock) {
        this.model = model;
        this.description = description;
        this.adapters = adapters;
        this.clock = clock;
        this.metrics = new EngineMetrics(meters, adapters, clock);
        this.capacity = cap.of(new PictureSize(model.defaultSize(), model.defaultSize()));
        this.loop = new StepLoop(
                new Turns<>(cap, patience), ride -> decoding.execute(ride::finish), previews, metrics, clock);
        this.device = Torch.thread("device", loop);
        device.start();
    }

    private static ExecutorService singleThread(String name) {
        return Executors.newSingleThreadExecutor(task -> Torch.thread(name, task));
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
    public StepCount steps() {
        return metrics.count(capacity);
    }

    @SuppressWarnings("CollectionUndefinedEquality") // each promise is itself alone
    @Override
    public List<CompletableFuture<Drawn>> draw(Drawing drawing) {
        List<CompletableFuture<Drawn>> pictures = Stream.generate(CompletableFuture<Drawn>::new)
                .limit(drawing.request().count())
                .toList();
        promised.addAll(pictures);
        pictures.forEach(each -> each.whenComplete((drawn, failure) -> promised.remove(each)));
        HeldAdapters.acquire(drawing.request(), adapters)
                .thenAcceptAsync(held -> prepare(drawing, held, pictures), preparing)
                .exceptionally(failure -> {
                    Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
                    pictures.forEach(each -> each.completeExceptionally(why));
                    return null;
                });
        return pictures;
    }

    /** Sends each picture on its way. */
    private void prepare(Drawing drawing, HeldAdapters held, List<CompletableFuture<Drawn>> pictures) {
        SharedPrompt shared;
        try {
            shared = new SharedPrompt(prompt(drawing, held), held, pictures.size());
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
        for (int i = 0; i < pictures.size(); i++) {
            try {
                Denoising denoising = Denoising.start(shared.prompt(), drawing.picture(i), drawing.image());
                loop.join(new Ride(drawing, i, shared, denoising, pictures.get(i)));
            } catch (RuntimeException | Error e) {
                shared.leave();
                pictures.get(i).completeExceptionally(e);
            }
        }
    }

    private PreparedPrompt prompt(Drawing drawing, HeldAdapters held) {
        RuntimeException end = Ride.end(drawing, clock.instant());
        if (end != null) {
            throw end;
        }
        Denoising.requireFit(model, drawing.picture(0), drawing.image());
        GenerateImage request = drawing.request();
        return PreparedPrompt.of(model, drawing.picture(0), held.applied(request), held.shadow(request));
    }

    int liveArrays() {
        return model.liveArrays();
    }

    /** Frees the model and cancels all pictures, including those that no thread has started. */
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
