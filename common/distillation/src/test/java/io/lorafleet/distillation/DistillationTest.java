// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.lora.LoraWriter;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.distillation.data.TrainingBatch;
import io.lorafleet.distillation.data.TrajectorySample;
import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.distillation.model.FullStudent;
import io.lorafleet.distillation.model.LoraStudent;
import io.lorafleet.distillation.model.Student;
import io.lorafleet.distillation.model.TargetModules;
import io.lorafleet.distillation.model.Teacher;
import io.lorafleet.distillation.optim.Loss;
import io.lorafleet.distillation.optim.TimestepWeighting;
import io.lorafleet.distillation.tensor.Gradients;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DistillationTest {
    private static final Path GOLDEN = Path.of("../diffusion/src/test/resources/golden/sd1");
    private static final List<WeightedPrompt> PROMPTS =
            WeightedPrompt.alike(List.of("a red circle", "a blue star", "a green ring"));

    private static StableDiffusion model;

    @BeforeAll
    static void open() {
        TorchSettings.configure(1); // a second thread is slower for such small arrays
        model = StableDiffusion.openForTraining(GOLDEN, Device.cpu());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void lossFallsWithTheSteps() {
        List<TrainingProgress> reported = new ArrayList<>();

        try (LoraStudent student = student();
                Distillation run = new Distillation(model, student, plan(20), PROMPTS)) {
            while (!run.done()) {
                run.round(reported::add);
            }
        }

        List<Double> missing = reported.stream()
                .filter(progress -> !progress.drawing())
                .map(TrainingProgress::missing)
                .toList();
        assertThat(missing).hasSize(20);
        assertThat(missing.get(0)).isCloseTo(1, within(1e-3)); // the initial student is the base without guidance
        assertThat(mean(missing.subList(15, 20))).isLessThan(0.6);
    }

    @Test
    void isReproducible() {
        assertThat(distilled(plan(8), 8)).isEqualTo(distilled(plan(8), 8));
    }

    @Test
    void resumedRunGivesTheSameStudent() {
        TrainingPlan plan = plan(12);
        byte[] kept;
        try (LoraStudent student = student();
                Distillation first = new Distillation(model, student, plan, PROMPTS)) {
            first.round(progress -> {});
            assertThat(first.done()).isFalse();
            kept = first.checkpoint();
        }
        byte[] resumed;
        try (LoraStudent student = student();
                Distillation second = new Distillation(model, student, plan, PROMPTS)) {
            second.resume(kept);
            resumed = finish(second, student);
        }

        assertThat(resumed).isEqualTo(distilled(plan, 12));
    }

    @Test
    void rejectsACheckpointOfAnotherPlan() {
        try (LoraStudent student = student();
                Distillation run = new Distillation(model, student, plan(8), PROMPTS);
                Distillation other = new Distillation(model, student, plan(9), PROMPTS)) {
            byte[] kept = run.checkpoint();

            assertThatThrownBy(() -> other.resume(kept))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("steps=9")
                    .hasMessageContaining("steps=8");
        }
    }

    /** The slope of the loss along the gradient must equal the norm of the gradient. */
    @ParameterizedTest
    @EnumSource(TrainingMethod.class)
    void gradientMatchesTheSlopeOfTheLoss(TrainingMethod method) {
        TrainingPlan plan = plan(method, 3);
        double share = 0.25;
        try (Student student = method.lowRank() ? student() : FullStudent.open(GOLDEN, model.owner());
                Distillation run = new Distillation(model, student, plan, PROMPTS);
                NDManager scope = model.owner().newSubManager()) {
            TrainingRound round = new TrainingRound(model, plan, 99);
            TrainingBatch batch = round.batch(samples(round).subList(0, 4), scope);
            double before = loss(student, batch, 1, scope);
            while (!run.done()) {
                run.round(progress -> {});
            }

            double after = loss(student, batch, share, scope);
            Map<NDArray, NDArray> gradients = new HashMap<>();
            double squares = 0;
            for (NDArray parameter : student.parameters().values()) {
                NDArray gradient = Gradients.of(parameter, scope).duplicate();
                gradients.put(parameter, gradient);
                squares += gradient.square().sum().getFloat();
            }
            double norm = Math.sqrt(squares);
            double distance = 0.005 * after * share / norm; // changes the loss by 0.5 %
            move(gradients, distance / norm);
            double up = loss(student, batch, 1, scope);
            move(gradients, -2 * distance / norm);
            double down = loss(student, batch, 1, scope);

            assertThat(after).isLessThan(before);
            assertThat((up - down) / (2 * distance)).isCloseTo(norm / share, withinPercentage(2));
        }
    }

    private static double loss(Student student, TrainingBatch batch, double share, NDManager scope) {
        Gradients.clear(student.parameters().values());
        return Loss.backward(student, batch, share, scope);
    }

    private static void move(Map<NDArray, NDArray> directions, double factor) {
        Gradients.unrecorded(() -> directions.forEach((parameter, direction) -> {
            try (NDArray step = direction.mul(factor)) {
                parameter.addi(step);
            }
        }));
    }

    @Test
    void targetsOfImageTrainingAreTheAddedNoise() {
        Map<Integer, float[]> images = new HashMap<>();
        List<TrajectorySample> samples = samples(new TrainingRound(model, plan(TrainingMethod.LORA, 3), 99));
        List<Double> squares = new ArrayList<>();
        for (TrajectorySample sample : samples) {
            double alphaBar = model.schedule().alphaBar()[(int) sample.timestep()];
            float[] image = new float[sample.latent().length];
            for (int i = 0; i < image.length; i++) {
                double noise = sample.target()[i];
                squares.add(noise * noise);
                image[i] = (float) ((sample.latent()[i] - Math.sqrt(1 - alphaBar) * noise) / Math.sqrt(alphaBar));
            }
            float[] known = images.putIfAbsent(sample.prompt(), image);
            if (known != null) {
                assertThat(image).containsExactly(known, within(1e-3f));
            }
        }
        assertThat(images).hasSize(2); // with several samples each
        assertThat(mean(squares)).isCloseTo(1, within(0.1));
    }

    @Test
    void targetsOfADistillationAreGuidedPredictions() {
        TrainingPlan plan = plan(3);
        TrainingRound round = new TrainingRound(model, plan, 99);
        try (NDManager scope = model.owner().newSubManager()) {
            TrainingBatch batch = round.batch(samples(round).subList(0, 4), scope);
            Conditioning nothing =
                    model.prompts().encode(Collections.nCopies(4, ""), plan.width(), plan.height(), scope);
            float[] cond = predict(batch, batch.text());
            float[] uncond = predict(batch, nothing);
            float[] guided = new float[cond.length];
            for (int i = 0; i < guided.length; i++) {
                guided[i] = (float) (uncond[i] + plan.guidance() * (cond[i] - uncond[i]));
            }
            assertThat(batch.targets().toFloatArray()).containsExactly(guided, within(1e-3f));
        }
    }

    private static float[] predict(TrainingBatch batch, Conditioning text) {
        return model.unet()
                .forward(
                        batch.latents(),
                        batch.timesteps(),
                        model.unet().prepare(text, Adaptation.NONE),
                        Adaptation.NONE)
                .toFloatArray();
    }

    /** @return the trajectory samples of a round with the teacher's images */
    private static List<TrajectorySample> samples(TrainingRound round) {
        Teacher teacher = new Teacher(model.unet(), 5);
        return round.batches(PROMPTS, teacher, null, () -> {}).stream()
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void leavesNoArraysBehind() {
        distilled(plan(2), 2);
        int before = model.liveArrays();

        distilled(plan(6), 6);

        assertThat(model.liveArrays()).isEqualTo(before);
    }

    @Test
    void rejectsAnEmptyListOfPrompts() {
        try (LoraStudent student = student()) {
            assertThatThrownBy(() -> new Distillation(model, student, plan(1), List.of()))
                    .hasMessage("prompts: expected at least one, found none");
        }
    }

    private static byte[] distilled(TrainingPlan plan, int steps) {
        assertThat(plan.optimization().steps()).isEqualTo(steps);
        try (LoraStudent student = student();
                Distillation run = new Distillation(model, student, plan, PROMPTS)) {
            return finish(run, student);
        }
    }

    private static byte[] finish(Distillation run, LoraStudent student) {
        while (!run.done()) {
            run.round(progress -> {});
        }
        return LoraWriter.write(student.adapter(run.parameters()), Map.of());
    }

    private static LoraStudent student() {
        return LoraStudent.begin(model.unet(), TargetModules.TRANSFORMER, 4, 4, 1, model.owner());
    }

    private static TrainingPlan plan(int steps) {
        return plan(TrainingMethod.LORA_DISTILLATION, steps);
    }

    private static TrainingPlan plan(TrainingMethod method, int steps) {
        int size = model.defaultSize();
        double learningRate = method.lowRank() ? 5e-3 : 1e-4; // about the change of each parameter per step
        return new TrainingPlan(
                method,
                5,
                new TrainingPlan.Sampling(2, 2, 4, 0.5),
                new TrainingPlan.Optimization(steps, 4, 2, learningRate, 0, 1, 0.9, TimestepWeighting.UNIFORM),
                size,
                size,
                7);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
