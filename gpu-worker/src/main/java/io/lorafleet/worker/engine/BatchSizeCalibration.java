// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.StepBatch;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.worker.batching.ImageSize;
import io.lorafleet.worker.batching.MaxBatchRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Finds out how many rows a batch should have: as few as draw nearly as many images in the same time as any, since a
 * larger batch makes its steps longer.
 */
final class BatchSizeCalibration {
    private static final Logger LOG = Logger.getLogger(BatchSizeCalibration.class);
    private static final int MOST = 64;
    /** The share of the best rate that is good enough. */
    private static final double NEARLY = 0.95;
    /** Doublings without a better rate after which there is none to come: one alone may be somebody else's work. */
    private static final int IN_VAIN = 2;
    /** Steps of each batch, of which the fastest counts, for the same reason. */
    private static final int STEPS = 3;
    /** A batch that takes this long tells enough with one step. */
    private static final double LONG_SECONDS = 0.5;
    /** What all of it may take: no larger batch is tried that would not be done by then. */
    private static final double BUDGET_SECONDS = 15;

    private BatchSizeCalibration() {}

    static MaxBatchRows of(StableDiffusion model) {
        int rows = rows(count -> seconds(model, count), System::nanoTime);
        return new MaxBatchRows(rows, new ImageSize(model.defaultSize(), model.defaultSize()));
    }

    /**
     * @param stepSeconds gives the seconds that a step takes, for a number of rows
     * @param nanoTime the clock, in nanoseconds, that bounds how long measuring takes
     */
    static int rows(IntToDoubleFunction stepSeconds, LongSupplier nanoTime) {
        long start = nanoTime.getAsLong();
        // The first step also lays out the weights, so its time does not count.
        LOG.debugf("the first step took %s s", stepSeconds.applyAsDouble(1));
        Map<Integer, Double> rates = new LinkedHashMap<>();
        double best = 0;
        int inVain = 0;
        double expected = 0;
        for (int rows = 1; rows <= MOST && inVain < IN_VAIN; rows *= 2) {
            if ((nanoTime.getAsLong() - start) / 1e9 + expected > BUDGET_SECONDS) {
                break;
            }
            double seconds = stepSeconds.applyAsDouble(rows);
            double rate = rows / seconds;
            rates.put(rows, rate);
            inVain = rate * NEARLY > best ? 0 : inVain + 1;
            best = Math.max(best, rate);
            expected = 2 * seconds;
        }
        LOG.debugf("rows a second by rows of a batch: %s", rates);
        double enough = NEARLY * best;
        return rates.entrySet().stream()
                .filter(each -> each.getValue() >= enough)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(1); // the first row alone used up the time
    }

    private static double seconds(StableDiffusion model, int rows) {
        int size = model.defaultSize();
        GenerationParameters request = new GenerationParameters("", "", 1, SamplerKind.DDIM, STEPS, size, size, 0);
        List<Denoising> images = new ArrayList<>();
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null)) {
            for (int i = 0; i < rows; i++) {
                images.add(Denoising.start(prompt, request, null));
            }
            try (StepBatch batch = StepBatch.of(images)) {
                double fastest = seconds(batch);
                for (int i = 1; i < STEPS && fastest < LONG_SECONDS; i++) {
                    fastest = Math.min(fastest, seconds(batch));
                }
                return fastest;
            } finally {
                images.forEach(Denoising::close);
            }
        }
    }

    private static double seconds(StepBatch batch) {
        long start = System.nanoTime();
        batch.advance();
        return (System.nanoTime() - start) / 1e9;
    }
}
