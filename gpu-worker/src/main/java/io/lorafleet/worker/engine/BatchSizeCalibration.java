// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.SeededNoise;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.StepBatch;
import io.lorafleet.diffusion.sampler.SamplerKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Measures the row limit of a batch: the smallest number of rows with nearly the best throughput. A larger batch
 * would only make steps longer. Also measures the throughput at this limit.
 */
final class BatchSizeCalibration {
    private static final Logger LOG = Logger.getLogger(BatchSizeCalibration.class);
    private static final int MAX_ROWS = 64;
    /** The fraction of the best throughput that is good enough. */
    private static final double SUFFICIENT = 0.95;
    /**
     * The measurement stops after this many doublings of the batch size without a gain in throughput, because another
     * process may mask the gain of a single doubling.
     */
    private static final int MAX_DOUBLINGS_WITHOUT_GAIN = 2;
    /**
     * Number of steps measured for each batch size. Only the fastest step counts, because another process may slow down
     * the other steps.
     */
    private static final int STEPS = 3;
    /** Step time above which only one step is measured instead of {@link #STEPS}. */
    private static final double SLOW_STEP_SECONDS = 0.5;
    /** Time limit for the measurement. A batch size that is expected to exceed the limit is not tried. */
    private static final double BUDGET_SECONDS = 15;

    private BatchSizeCalibration() {}

    /**
     * The throughput with full batches.
     *
     * @param rows row limit
     * @param rowsPerSecond UNet rows per second in batches of this size
     */
    record Throughput(int rows, double rowsPerSecond) {}

    /** Chooses the row limit. */
    static Throughput of(StableDiffusion model) {
        return best(count -> seconds(model, count), System::nanoTime);
    }

    /** Measures the throughput at a configured row limit. */
    static Throughput of(StableDiffusion model, int rows) {
        return at(rows, count -> seconds(model, count));
    }

    /** @param stepSeconds measures how long a step with the given number of rows takes, in seconds */
    static Throughput at(int rows, IntToDoubleFunction stepSeconds) {
        // The first step also packs the weights, so its duration is an upper bound.
        double first = stepSeconds.applyAsDouble(1);
        boolean slow = first * (1 + rows) > BUDGET_SECONDS;
        return new Throughput(rows, slow ? 1 / first : rows / stepSeconds.applyAsDouble(rows));
    }

    /**
     * @param stepSeconds measures how long a step with the given number of rows takes, in seconds
     * @param nanoTime clock for the time limit, in nanoseconds
     * @return the row limit, and the throughput with this limit
     */
    static Throughput best(IntToDoubleFunction stepSeconds, LongSupplier nanoTime) {
        long start = nanoTime.getAsLong();
        // The first step also packs the weights, so its duration is ignored.
        double first = stepSeconds.applyAsDouble(1);
        LOG.debugf("the first step took %s s", first);
        Map<Integer, Double> rates = new LinkedHashMap<>();
        double best = 0;
        int withoutGain = 0;
        double expected = 0;
        for (int rows = 1; rows <= MAX_ROWS && withoutGain < MAX_DOUBLINGS_WITHOUT_GAIN; rows *= 2) {
            if ((nanoTime.getAsLong() - start) / 1e9 + expected > BUDGET_SECONDS) {
                break;
            }
            double seconds = stepSeconds.applyAsDouble(rows);
            double rate = rows / seconds;
            rates.put(rows, rate);
            withoutGain = rate * SUFFICIENT > best ? 0 : withoutGain + 1;
            best = Math.max(best, rate);
            expected = 2 * seconds;
        }
        LOG.debugf("rows per second, by rows per batch: %s", rates);
        double enough = SUFFICIENT * best;
        return rates.entrySet().stream()
                .filter(each -> each.getValue() >= enough)
                .map(each -> new Throughput(each.getKey(), each.getValue()))
                .findFirst()
                .orElse(new Throughput(1, 1 / first)); // a single row exceeded the time limit
    }

    private static double seconds(StableDiffusion model, int rows) {
        int size = model.defaultSize();
        GenerationParameters request = new GenerationParameters("", "", 1, SamplerKind.DDIM, STEPS, size, size, 0);
        int side = size / model.sizeMultiple();
        float[] noise = new SeededNoise(0).next(model.vae().config().latentChannels() * side * side);
        List<Denoising> images = new ArrayList<>();
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null)) {
            for (int i = 0; i < rows; i++) {
                images.add(Denoising.startFrom(noise, prompt, request));
            }
            try (StepBatch batch = StepBatch.of(images)) {
                double fastest = seconds(batch);
                for (int i = 1; i < STEPS && fastest < SLOW_STEP_SECONDS; i++) {
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
