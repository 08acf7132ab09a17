// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.UNet;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.weights.Weights;
import io.lorafleet.distillation.TrainingMethod;
import io.lorafleet.distillation.data.TrainingBatch;
import io.lorafleet.distillation.model.FullStudent;
import io.lorafleet.distillation.model.LoraStudent;
import io.lorafleet.distillation.model.Student;
import io.lorafleet.distillation.model.TargetModules;
import io.lorafleet.distillation.model.Teacher;
import io.lorafleet.distillation.optim.AdamW;
import io.lorafleet.distillation.optim.Loss;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Measures the training of a UNet with random weights on random latents. */
final class TrainingBench {
    private static final double LEARNING_RATE = 1e-5;
    private static final double GUIDANCE = 5;

    /**
     * The training to measure.
     *
     * @param teacherPrecision precision of the teacher, if it shares no weights with its student
     * @param size width and height in pixels, or null for the size of the model's training images
     * @param steps number of optimizer steps
     */
    record Workload(
            Architecture architecture,
            TrainingMethod method,
            Precision teacherPrecision,
            @Nullable Integer size,
            int batch,
            int rank,
            int steps) {}

    /** @param peakMebibytes peak resident memory of the process */
    record Report(long peakMebibytes, double medianSeconds) {}

    private TrainingBench() {}

    static Report run(Workload workload) throws IOException {
        try (NDManager owner = Engine.getEngine("PyTorch").newBaseManager(Device.cpu())) {
            UNetConfig config = workload.architecture().config();
            TrainingMethod method = workload.method();
            UNet base = base(workload, owner);
            try (Student student = method.lowRank()
                            ? LoraStudent.begin(
                                    Objects.requireNonNull(base, "this method needs a base"),
                                    TargetModules.ATTENTION,
                                    workload.rank(),
                                    workload.rank(),
                                    0,
                                    owner)
                            : FullStudent.random(config, owner);
                    AdamW optimiser = new AdamW(student.parameters(), 0.01, owner)) {
                List<Double> seconds = new ArrayList<>();
                for (int i = 0; i < workload.steps(); i++) {
                    long start = System.nanoTime();
                    step(workload, base, student, optimiser, owner);
                    seconds.add((System.nanoTime() - start) / 1e9);
                }
                seconds.sort(null);
                return new Report(EngineBench.peakMebibytes(), seconds.get(seconds.size() / 2));
            }
        }
    }

    /** @return the frozen UNet, which serves as the teacher and as the base for the factors; null for full training */
    private static @Nullable UNet base(Workload workload, NDManager owner) {
        UNetConfig config = workload.architecture().config();
        return switch (workload.method()) {
            case FULL -> null;
            case FULL_DISTILLATION -> {
                Precision precision = workload.teacherPrecision();
                precision.require(Device.cpu());
                yield new UNet(
                        config,
                        Weights.random("unet", precision.dataType(), owner).withUse(precision.use()));
            }
            case LORA, LORA_DISTILLATION -> new UNet(config, Weights.random("unet", DataType.FLOAT32, owner));
        };
    }

    private static void step(
            Workload workload, @Nullable UNet base, Student student, AdamW optimiser, NDManager owner) {
        UNetConfig config = student.unet().config();
        int factor = workload.architecture().factor();
        int side = workload.size() == null ? config.sampleSize() : workload.size() / factor;
        int rows = workload.batch();
        try (NDManager scope = owner.newSubManager()) {
            NDArray latents = scope.randomNormal(new Shape(rows, config.inChannels(), side, side));
            double[] timesteps = new double[rows];
            Arrays.fill(timesteps, 500);
            Conditioning text = EngineBench.conditioning(rows, config, scope);
            NDArray target = latents.duplicate();
            if (workload.method().distils()) {
                Conditioning nothing = EngineBench.conditioning(rows, config, scope);
                target = new Teacher(Objects.requireNonNull(base, "this method needs a base"), GUIDANCE)
                        .predict(latents, timesteps, text, nothing, scope)
                        .guided();
            }
            optimiser.clear();
            Loss.backward(
                    student,
                    new TrainingBatch(latents, timesteps, text, target, scope.ones(new Shape(rows))),
                    1,
                    scope);
            optimiser.step(LEARNING_RATE);
        }
    }
}
