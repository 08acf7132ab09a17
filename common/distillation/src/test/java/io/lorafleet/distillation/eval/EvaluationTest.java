// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.distillation.Distillation;
import io.lorafleet.distillation.TrainingMethod;
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.distillation.model.LoraStudent;
import io.lorafleet.distillation.model.TargetModules;
import io.lorafleet.distillation.optim.TimestepWeighting;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final Path GOLDEN = Path.of("../diffusion/src/test/resources/golden/sd1");
    private static final List<String> PROMPTS = List.of("a red circle", "a blue star", "a green ring");

    private static StableDiffusion model;

    @BeforeAll
    static void open() {
        TorchSettings.configure(1); // a second thread is slower for such small arrays
        model = StableDiffusion.open(GOLDEN, Device.cpu(), Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void untrainedStudentEqualsTheBaseWithoutGuidance() {
        Evaluation.Result result = evaluate(0);

        Quality quality = result.quality();
        assertThat(quality.learned()).isCloseTo(0, within(1e-4));
        assertThat(quality.bins()).hasSize(5);
        assertThat(quality.latentDistance()).isCloseTo(quality.unguidedLatentDistance(), within(1e-4));
        assertThat(quality.psnr()).isCloseTo(quality.unguidedPsnr(), within(0.1));
        assertThat(result.images()).hasSize(3);
        assertThat(result.images().get(1).prompt()).isEqualTo("a blue star");
        assertThat(result.images().get(1).seed()).isEqualTo(11);
    }

    @Test
    void trainedStudentIsBetterThanTheBase() {
        Quality quality = evaluate(24).quality();

        assertThat(quality.learned()).isGreaterThan(0.3);
        assertThat(quality.latentDistance()).isLessThan(quality.unguidedLatentDistance());
    }

    private static Evaluation.Result evaluate(int steps) {
        try (StableDiffusion training = StableDiffusion.openForTraining(GOLDEN, Device.cpu());
                LoraStudent student =
                        LoraStudent.begin(training.unet(), TargetModules.TRANSFORMER, 4, 4, 1, training.owner())) {
            int size = model.defaultSize();
            TrainingPlan plan = new TrainingPlan(
                    TrainingMethod.LORA_DISTILLATION,
                    5,
                    new TrainingPlan.Sampling(4, 2, 6, 0),
                    new TrainingPlan.Optimization(Math.max(1, steps), 8, 8, 5e-3, 0, 1, 0.9, TimestepWeighting.MIN_SNR),
                    size,
                    size,
                    7);
            try (Distillation run = new Distillation(training, student, plan, WeightedPrompt.alike(PROMPTS))) {
                while (steps > 0 && !run.done()) {
                    run.round(progress -> {});
                }
                return new Evaluation(model, 5, 6, 2, size, size, 10)
                        .of(student.adapter(run.parameters()), PROMPTS, done -> {});
            }
        }
    }
}
