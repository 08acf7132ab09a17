// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.distillation.TrainingPlan.Optimization;
import io.lorafleet.distillation.TrainingPlan.Sampling;
import io.lorafleet.distillation.optim.TimestepWeighting;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TrainingPlanTest {
    private static final Sampling SAMPLING = new Sampling(32, 2, 20, 0.25);
    private static final Optimization OPTIMIZATION =
            new Optimization(200, 16, 8, 3e-4, 0, 1, 0.99, TimestepWeighting.UNIFORM);

    @Test
    void rejectsValuesOutOfRange() {
        assertRejected(() -> plan(1), "guidance: expected more than 1, found 1.0");
        assertRejected(() -> new Sampling(0, 1, 2, 0), "prompts-per-round: expected at least 1, found 0");
        assertRejected(() -> new Sampling(1, 0, 2, 0), "passes: expected at least 1, found 0");
        assertRejected(() -> new Sampling(1, 1, 1, 0), "sampler-steps: expected at least 2, found 1");
        assertRejected(() -> new Sampling(1, 1, 2, -0.1), "student-share: expected 0 to 1, found -0.1");
        assertRejected(() -> new Sampling(1, 1, 2, Double.NaN), "student-share: expected 0 to 1, found NaN");
        assertRejected(() -> optimization(0, 1, 1, 1, 0, 1, 0), "steps: expected at least 1, found 0");
        assertRejected(() -> optimization(1, 0, 1, 1, 0, 1, 0), "batch: expected at least 1, found 0");
        assertRejected(() -> optimization(1, 1, 0, 1, 0, 1, 0), "rows-at-once: expected at least 1, found 0");
        assertRejected(
                () -> optimization(1, 1, 1, 0, 0, 1, 0), "learning-rate: expected a number greater than 0, found 0.0");
        assertRejected(() -> optimization(1, 1, 1, 1, -1, 1, 0), "weight-decay: expected at least 0, found -1.0");
        assertRejected(() -> optimization(1, 1, 1, 1, 0, 0, 0), "clip: expected a number greater than 0, found 0.0");
        assertRejected(() -> optimization(1, 1, 1, 1, 0, 1, 1), "ema: expected at least 0 and less than 1, found 1.0");
    }

    /** Checkpoints contain this text. Checkpoints from earlier releases must stay usable. */
    @Test
    void keepsItsText() {
        assertThat(plan(5))
                .hasToString("TrainingPlan[method=LORA_DISTILLATION, guidance=5.0, steps=200, batch=16, rowsAtOnce=8,"
                        + " promptsPerRound=32, passes=2, samplerSteps=20, studentShare=0.25, learningRate=3.0E-4,"
                        + " weightDecay=0.0, mostGradient=1.0, emaDecay=0.99, weighting=UNIFORM, width=64, height=96,"
                        + " seed=7]");
    }

    private static TrainingPlan plan(double guidance) {
        return new TrainingPlan(TrainingMethod.LORA_DISTILLATION, guidance, SAMPLING, OPTIMIZATION, 64, 96, 7);
    }

    private static Optimization optimization(
            int steps, int batch, int rowsAtOnce, double learningRate, double weightDecay, double clip, double ema) {
        return new Optimization(
                steps, batch, rowsAtOnce, learningRate, weightDecay, clip, ema, TimestepWeighting.UNIFORM);
    }

    private static void assertRejected(ThrowingCallable made, String message) {
        assertThatThrownBy(made).isInstanceOf(DistillationException.class).hasMessage(message);
    }
}
