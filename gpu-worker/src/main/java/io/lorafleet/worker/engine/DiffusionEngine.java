package io.lorafleet.worker.engine;

import ai.djl.Device;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.Picture;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TextToImage;
import io.lorafleet.diffusion.checkpoint.PipelineFolder;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.WorkerStatus.BaseModel;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.job.ImageEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The resident model, and the one thread that may compute with it. Pictures are drawn in the order of their tasks. */
final class DiffusionEngine implements ImageEngine, AutoCloseable {
    private final StableDiffusion model;
    private final BaseModel description;
    private final ResidentAdapters adapters;
    private final ExecutorService deviceThread;
    /** Of the latest picture; the device's thread alone uses both. */
    private PreparedPrompt prompt;

    private PromptKey promptKey;

    /** What a prepared prompt depends on. */
    private record PromptKey(List<String> prompts, int width, int height, PinnedAdapter adapter, double adapterScale) {

        static PromptKey of(Task task) {
            TextToImage request = task.request();
            return new PromptKey(
                    PreparedPrompt.prompts(request),
                    request.width(),
                    request.height(),
                    task.adapter(),
                    task.adapterScale());
        }
    }

    private DiffusionEngine(StableDiffusion model, BaseModel description, ResidentAdapters adapters) {
        this.model = model;
        this.description = description;
        this.adapters = adapters;
        this.deviceThread = Executors.newSingleThreadExecutor(task -> new Thread(task, "device"));
    }

    /**
     * @param tileAbovePixels larger pictures are decoded in tiles
     * @param adapterCacheBytes adapters kept in memory beyond those in use
     */
    static DiffusionEngine open(
            Path folder,
            Device device,
            Precision precision,
            long tileAbovePixels,
            BlobStore blobs,
            long adapterCacheBytes) {
        StableDiffusion model = StableDiffusion.open(folder, device, precision).tilingAbove(tileAbovePixels);
        BaseModel description = new BaseModel(
                model.name(),
                PipelineFolder.open(folder).fingerprint("unet"),
                model.sizeMultiple(),
                model.defaultSize(),
                SamplerName.valueOf(SamplerKind.of(model.schedule()).name()));
        ResidentAdapters adapters =
                new ResidentAdapters(blobs, model.unet().weightShapes(), model.owner(), adapterCacheBytes);
        return new DiffusionEngine(model, description, adapters);
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
    public CompletableFuture<Picture> draw(Task task) {
        return CompletableFuture.supplyAsync(() -> drawNow(task), deviceThread);
    }

    private Picture drawNow(Task task) {
        requireGoingOn(task);
        Denoising.requireFit(model, task.request(), task.image());
        try (Denoising denoising = Denoising.start(prompt(task), task.request(), task.image())) {
            while (!denoising.done()) {
                requireGoingOn(task);
                denoising.advance();
                task.onStep().run();
            }
            return denoising.picture();
        }
    }

    /** What the pictures of a request share stays until another one comes. */
    private PreparedPrompt prompt(Task task) {
        PromptKey key = PromptKey.of(task);
        if (!key.equals(promptKey)) {
            forgetPrompt();
            prompt = prepare(task);
            promptKey = key;
        }
        return prompt;
    }

    private PreparedPrompt prepare(Task task) {
        if (task.adapter() == null) {
            return PreparedPrompt.of(model, task.request(), null);
        }
        try (ResidentAdapters.Lease lease = adapters.acquire(task.adapter())) {
            RowAdapters.Row row = new RowAdapters.Row(lease.adapter(), task.adapterScale());
            return PreparedPrompt.of(model, task.request(), row);
        }
    }

    private void forgetPrompt() {
        if (prompt != null) {
            prompt.close();
        }
        prompt = null;
        promptKey = null;
    }

    private static void requireGoingOn(Task task) {
        if (task.stop().stopped()) {
            throw new CancellationException("stopped");
        }
    }

    int liveArrays() {
        return model.liveArrays();
    }

    int residentAdapters() {
        return adapters.count();
    }

    /** Waits for the picture in hand, then frees the model. */
    @Override
    public void close() {
        deviceThread.shutdownNow();
        try {
            if (deviceThread.awaitTermination(30, TimeUnit.SECONDS)) {
                model.close();
            } // else the process ends anyway, and freeing what is in use would crash it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
