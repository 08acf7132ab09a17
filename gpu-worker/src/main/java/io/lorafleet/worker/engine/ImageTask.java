// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.LatentPreview;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.telemetry.Spans;
import io.lorafleet.worker.batching.ImageSize;
import io.lorafleet.worker.batching.Schedulable;
import io.lorafleet.worker.job.DeadlinePassedException;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.Job;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One image of a job in the step loop. */
final class ImageTask implements Schedulable {
    private static final Logger LOG = Logger.getLogger(ImageTask.class);
    private static final AttributeKey<Long> IMAGE = AttributeKey.longKey("lorafleet.image");
    private static final AttributeKey<Long> STEPS = AttributeKey.longKey("lorafleet.steps");
    private static final AttributeKey<Long> ROWS = AttributeKey.longKey("lorafleet.rows");

    private final Job job;
    private final int index;
    private final SharedPrompt prompt;
    private final Denoising denoising;
    private final CompletableFuture<FinishedImage> finishedImage;
    private final ImageSize size;
    /** The trace context of the thread that created this task. */
    private final Context trace = Context.current();
    /** From the submission to the last step. */
    private final Span denoise;

    private boolean started;
    private long steps;
    /** Rows of the latest step. */
    private int evaluatedRows;

    private Instant nextPreview = Instant.MIN;

    /**
     * @param index index of the image in the job, starting at 0
     * @param prompt the job's prompt and adapters, which are released after the last step or on failure
     */
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
        this.denoise = Spans.start("denoise", trace).setAttribute(IMAGE, (long) index);
    }

    GenerateImage request() {
        return job.request();
    }

    Denoising denoising() {
        return denoising;
    }

    /**
     * Marks the image as started.
     *
     * @return whether this is the first call
     */
    boolean markStarted() {
        boolean first = !started;
        started = true;
        return first;
    }

    /** Called before each step, because the rows of the next step can differ. */
    void stepping() {
        evaluatedRows = denoising.rows();
    }

    /** @return the number of UNet rows in the latest step */
    int evaluatedRows() {
        return evaluatedRows;
    }

    /** @return the number of UNet rows in the latest step without those of a shadow */
    int ownRows() {
        if (request().shadow() == null) {
            return evaluatedRows;
        }
        return request().rows();
    }

    /** Reports a completed step to the job's listener, with a preview if one is due. */
    void stepped(Previews previews, Instant now) {
        steps++;
        if (steps == 1) {
            denoise.setAttribute(ROWS, (long) evaluatedRows).addEvent("first step done");
        }
        try {
            job.onStep().stepped(index, preview(previews, now));
        } catch (RuntimeException e) { // a failed report must not end the step loop
            LOG.warnf("Request %s: cannot report a step: %s", requestId(), e);
        }
    }

    private @Nullable RgbImage preview(Previews previews, Instant now) {
        LatentPreview colours = previews.colours();
        if (colours == null || denoising.done() || now.isBefore(nextPreview)) {
            return null;
        }
        nextPreview = now.plus(previews.every());
        return denoising.preview(colours);
    }

    /** @return the exception with which the image must fail, or null if the image may continue */
    @Nullable
    RuntimeException endReason(Instant now) {
        return endReason(job, now);
    }

    static @Nullable RuntimeException endReason(Job job, Instant now) {
        if (job.stop().stopped()) {
            return new CancellationException("stopped");
        }
        return job.request().expired(now) ? new DeadlinePassedException() : null;
    }

    /** Releases the job's prompt and adapters after the last step. */
    void releasePrompt() {
        prompt.release();
        denoise.setAttribute(STEPS, steps).end();
    }

    void fail(Throwable why) {
        denoising.close();
        prompt.release();
        Spans.fail(denoise, why);
        denoise.setAttribute(STEPS, steps).end();
        finishedImage.completeExceptionally(why);
    }

    /** Decodes the latent, completes the image, and frees its arrays. */
    void finish() {
        Span decode = Spans.start("decode", trace).setAttribute(IMAGE, (long) index);
        try (denoising) {
            FinishedImage image = new FinishedImage(denoising.image(), denoising.meanShadowErrors(), prompt.tokens());
            decode.end(); // before the image's reader ends the span above it
            finishedImage.complete(image);
        } catch (RuntimeException | Error e) {
            Spans.fail(decode, e);
            decode.end();
            finishedImage.completeExceptionally(e);
        }
    }

    @Override
    public String requestId() {
        return job.request().requestId();
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
    public int controlRows() {
        return denoising.controlRows();
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
