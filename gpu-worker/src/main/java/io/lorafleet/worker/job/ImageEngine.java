package io.lorafleet.worker.job;

import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.Picture;
import io.lorafleet.diffusion.TextToImage;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.WorkerStatus.BaseModel;
import java.util.concurrent.CompletableFuture;

/** Draws pictures with the resident model. */
public interface ImageEngine {
    /** @return what the gateways should know of the model */
    BaseModel model();

    /** @return where the model is */
    String device();

    /**
     * Draws one picture, some time.
     *
     * @return fails with {@link io.lorafleet.worker.adapter.UnusableAdapterException} if the adapter cannot be used,
     *     with {@link IllegalArgumentException} if the model cannot draw such a picture, and with
     *     {@link java.util.concurrent.CancellationException} if the task's stop signal came first
     */
    CompletableFuture<Picture> draw(Task task);

    /**
     * One picture to draw.
     *
     * @param image that the picture comes from, or null
     * @param adapter or null
     * @param onStep called after each step, on the engine's thread: must be quick
     */
    record Task(
            TextToImage request,
            ImageToImage image,
            PinnedAdapter adapter,
            double adapterScale,
            StopSignal stop,
            Runnable onStep) {}
}
