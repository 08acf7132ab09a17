// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.LatentColours;
import io.lorafleet.diffusion.Picture;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.Priority;
import io.lorafleet.worker.batching.Candidate;
import io.lorafleet.worker.batching.PictureSize;
import io.lorafleet.worker.job.DeadlinePassedException;
import io.lorafleet.worker.job.Drawing;
import io.lorafleet.worker.job.Drawn;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A picture in the step loop. */
final class Ride implements Candidate {
    private static final Logger LOG = Logger.getLogger(Ride.class);

    private final Drawing drawing;
    private final int index;
    private final SharedPrompt prompt;
    private final Denoising denoising;
    private final CompletableFuture<Drawn> drawn;
    private final PictureSize size;
    private boolean begun;
    private Instant previewDue = Instant.MIN;

    /** @param index which picture of the request @param prompt left when the last step is made, or the picture given up */
    Ride(Drawing drawing, int index, SharedPrompt prompt, Denoising denoising, CompletableFuture<Drawn> drawn) {
        this.drawing = drawing;
        this.index = index;
        this.prompt = prompt;
        this.denoising = denoising;
        this.drawn = drawn;
        this.size = new PictureSize(drawing.request().width(), drawing.request().height());
    }

    GenerateImage request() {
        return drawing.request();
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
            drawing.onStep().stepped(index, preview(previews, now));
        } catch (RuntimeException e) { // that nobody hears of it must not end the loop
            LOG.warnf("request %s: a step could not be reported: %s", request().requestId(), e);
        }
    }

    private @Nullable Picture preview(Previews previews, Instant now) {
        LatentColours colours = previews.colours();
        if (colours == null || denoising.done() || now.isBefore(previewDue)) {
            return null;
        }
        previewDue = now.plus(previews.every());
        return denoising.preview(colours);
    }

    /** @return why it must not go on, or null if it may */
    @Nullable
    RuntimeException end(Instant now) {
        return end(drawing, now);
    }

    static @Nullable RuntimeException end(Drawing drawing, Instant now) {
        if (drawing.stop().stopped()) {
            return new CancellationException("stopped");
        }
        return drawing.request().expired(now) ? new DeadlinePassedException() : null;
    }

    /** The steps are made: others may have the prompt's memory. */
    void leavePrompt() {
        prompt.leave();
    }

    void giveUp(Throwable why) {
        denoising.close();
        prompt.leave();
        drawn.completeExceptionally(why);
    }

    /** Decodes the latent, and is over. */
    void finish() {
        try (denoising) {
            drawn.complete(new Drawn(denoising.picture(), denoising.meanShadowErrors()));
        } catch (RuntimeException | Error e) {
            drawn.completeExceptionally(e);
        }
    }

    @Override
    public PictureSize size() {
        return size;
    }

    @Override
    public int rows() {
        return denoising.rows();
    }

    @Override
    public Priority priority() {
        return drawing.request().priority();
    }

    @Override
    public Instant arrivedAt() {
        return drawing.arrivedAt();
    }
}
