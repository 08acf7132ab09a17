// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.LatentPreview;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.worker.batching.ImageSize;
import io.lorafleet.worker.batching.Schedulable;
import io.lorafleet.worker.job.DeadlinePassedException;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.Job;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** An image in the step loop. */
final class ImageTask implements Schedulable {
    private static final Logger LOG = Logger.getLogger(ImageTask.class);

    private final Job job;
    private final int index;
    private final SharedPrompt prompt;
    private final Denoising denoising;
    private final CompletableFuture<FinishedImage> finishedImage;
    private final ImageSize size;
    private boolean begun;
    private Instant previewDue = Instant.MIN;

    /** @param index which image of the request @param prompt left when the last step is made, or the image given up */
    ImageTask(
            Job job,
            int index,
            SharedPrompt prompt,
            Denoising denoising,
            CompletableFuture<FinishedImage> finishedImage) {
        this.job = job;
        this.index = index;
        this.prompt = prompt;
        this.denoising = denoising;
        this.finishedImage = finishedImage;
        this.size = new ImageSize(job.request().width(), job.request().height());
    }

    GenerateImage request() {
        return job.request();
    }

    Denoising denoising() {
        return denoising;
    }

    /** @return whether this is its first step */
    boolean begin() {
        boolean first = !begun;
        begun = true;
        return first;
    }

    void stepped(Previews previews, Instant now) {
        try {
            job.onStep().stepped(index, preview(previews, now));
        } catch (RuntimeException e) { // that nobody hears of it must not end the loop
            LOG.warnf("request %s: a step could not be reported: %s", request().requestId(), e);
        }
    }

    private @Nullable RgbImage preview(Previews previews, Instant now) {
        LatentPreview colours = previews.colours();
        if (colours == null || denoising.done() || now.isBefore(previewDue)) {
            return null;
        }
        previewDue = now.plus(previews.every());
        return denoising.preview(colours);
    }

    /** @return why it must not go on, or null if it may */
    @Nullable
    RuntimeException end(Instant now) {
        return end(job, now);
    }

    static @Nullable RuntimeException end(Job job, Instant now) {
        if (job.stop().stopped()) {
            return new CancellationException("stopped");
        }
        return job.request().expired(now) ? new DeadlinePassedException() : null;
    }

    /** The steps are made: others may have the prompt's memory. */
    void leavePrompt() {
        prompt.leave();
    }

    void giveUp(Throwable why) {
        denoising.close();
        prompt.leave();
        finishedImage.completeExceptionally(why);
    }

    /** Decodes the latent, and is over. */
    void finish() {
        try (denoising) {
            finishedImage.complete(new FinishedImage(denoising.image(), denoising.meanShadowErrors()));
        } catch (RuntimeException | Error e) {
            finishedImage.completeExceptionally(e);
        }
    }

    @Override
    public ImageSize size() {
        return size;
    }

    @Override
    public int rows() {
        return denoising.rows();
    }

    @Override
    public Priority priority() {
        return job.request().priority();
    }

    @Override
    public Instant arrivedAt() {
        return job.arrivedAt();
    }
}
