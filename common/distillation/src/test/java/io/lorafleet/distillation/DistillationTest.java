package io.lorafleet.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.checkpoint.CheckpointException;
import io.lorafleet.diffusion.checkpoint.SafetensorsWriter;
import io.lorafleet.diffusion.lora.LoraWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
        model = StableDiffusion.openForTraining(GOLDEN, Device.cpu());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void comesNearerToTheTeacherWithTheSteps() {
        List<Progress> heard = new ArrayList<>();

        try (LoraStudent student = student();
                Distillation run = new Distillation(model, student, plan(60), PROMPTS)) {
            while (!run.done()) {
                run.round(heard::add);
            }
        }

        List<Double> missing = heard.stream()
                .filter(progress -> !progress.drawing())
                .map(Progress::missing)
                .toList();
        assertThat(missing).hasSize(60);
        assertThat(missing.get(0)).isCloseTo(1, within(1e-3)); // it begins as the model without guidance
        assertThat(mean(missing.subList(55, 60))).isLessThan(0.6);
    }

    @Test
    void makesTheSameStudentAgain() {
        assertThat(distilled(plan(8), 8)).isEqualTo(distilled(plan(8), 8));
    }

    @Test
    void goesOnFromACheckpointAsIfItHadNotBeenBrokenOff() {
        Plan plan = plan(12);
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
    void refusesACheckpointOfAnotherPlan() {
        try (LoraStudent student = student();
                Distillation run = new Distillation(model, student, plan(8), PROMPTS);
                Distillation other = new Distillation(model, student, plan(9), PROMPTS)) {
            byte[] kept = run.checkpoint();

            assertThatThrownBy(() -> other.resume(kept))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("steps=9")
                    .hasMessageContaining("steps=8");
        }
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void trainsWithEachMethod(Method method) {
        Plan plan = plan(method, 3);
        try (Student student = method.lowRank() ? student() : FullStudent.open(GOLDEN, model.owner());
                Distillation run = new Distillation(model, student, plan, PROMPTS)) {
            byte[] before = SafetensorsWriter.write(run.parameters(), Map.of());
            while (!run.done()) {
                run.round(progress ->
                        assertThat(progress.drawing() || progress.loss() > 0).isTrue());
            }
            assertThat(SafetensorsWriter.write(run.parameters(), Map.of())).isNotEqualTo(before);
        }
    }

    @Test
    void leavesNoArraysBehind() {
        distilled(plan(2), 2);
        int before = model.liveArrays();

        distilled(plan(6), 6);

        assertThat(model.liveArrays()).isEqualTo(before);
    }

    @Test
    void saysWhatIsWrongWithAPlan() {
        assertThatThrownBy(() -> plan(0))
                .isInstanceOf(DistillationException.class)
                .hasMessage("steps: expected at least 1, found 0");
        try (LoraStudent student = student()) {
            assertThatThrownBy(() -> new Distillation(model, student, plan(1), List.of()))
                    .hasMessage("prompts: expected at least one, found none");
        }
    }

    private static byte[] distilled(Plan plan, int steps) {
        assertThat(plan.steps()).isEqualTo(steps);
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
        return LoraStudent.begin(model.unet(), Targets.TRANSFORMER, 4, 4, 1, model.owner());
    }

    private static Plan plan(int steps) {
        return plan(Method.LORA_DISTILLATION, steps);
    }

    private static Plan plan(Method method, int steps) {
        int size = model.defaultSize();
        return new Plan(
                method, 5, steps, 8, 4, 4, 2, 4, 0.5, 5e-3, 0, 1, 0.9, TimestepWeighting.UNIFORM, size, size, 7);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
