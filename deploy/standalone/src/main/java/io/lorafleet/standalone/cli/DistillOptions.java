// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import ai.djl.Device;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.distillation.LoraStudent;
import io.lorafleet.distillation.TargetModules;
import io.lorafleet.distillation.TimestepWeighting;
import io.lorafleet.distillation.TrainingMethod;
import io.lorafleet.distillation.TrainingPlan;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a student is made. The defaults are for the demo model on two processors. */
final class DistillOptions {
    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = "LORA_DISTILLATION",
            description = "What learns: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}). The others are there to be"
                    + " compared with.")
    private TrainingMethod method;

    @Option(
            names = "--teacher-precision",
            paramLabel = "NAME",
            defaultValue = "FLOAT32",
            description = "Of a teacher with weights of its own, beside a student all of whose weights learn:"
                    + " ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}). BFLOAT16 takes half the memory.")
    private Precision teacherPrecision;

    @Option(
            names = "--guidance",
            paramLabel = "X",
            defaultValue = "5",
            description = "Guidance scale that the student learns (${DEFAULT-VALUE}).")
    private double guidance;

    @Option(names = "--rank", paramLabel = "R", defaultValue = "8", description = "Of the factors (${DEFAULT-VALUE}).")
    private int rank;

    @Option(names = "--alpha", paramLabel = "X", description = "The update is alpha / rank B A (alpha = rank).")
    private @Nullable Double alpha;

    @Option(
            names = "--targets",
            paramLabel = "NAME",
            defaultValue = "TRANSFORMER",
            description = "Layers that get factors: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private TargetModules targets;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Steps of the optimiser (${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Points that each step learns from (${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--rows-at-once",
            paramLabel = "N",
            defaultValue = "32",
            description = "Points that are computed together; fewer take less memory (${DEFAULT-VALUE}).")
    private int rowsAtOnce;

    @Option(
            names = "--prompts-per-round",
            paramLabel = "N",
            defaultValue = "128",
            description = "Images that are drawn at a time, for the points on their way (${DEFAULT-VALUE}).")
    private int promptsPerRound;

    @Option(
            names = "--passes",
            paramLabel = "N",
            defaultValue = "1",
            description = "Over the points of each round (${DEFAULT-VALUE}).")
    private int passes;

    @Option(
            names = "--sampler-steps",
            paramLabel = "N",
            defaultValue = "20",
            description = "Of an image, from half to one and a half of it (${DEFAULT-VALUE}).")
    private int samplerSteps;

    @Option(
            names = "--student-share",
            paramLabel = "X",
            defaultValue = "0.25",
            description = "Of the steps, the last ones, on points of the student's own images (${DEFAULT-VALUE}).")
    private double studentShare;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "3e-3",
            description = "At its peak (${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            defaultValue = "0",
            description = "Of AdamW (${DEFAULT-VALUE}).")
    private double weightDecay;

    @Option(
            names = "--clip",
            paramLabel = "X",
            defaultValue = "1",
            description = "Norm that gradients are cut to (${DEFAULT-VALUE}).")
    private double clip;

    @Option(
            names = "--ema",
            paramLabel = "X",
            defaultValue = "0.99",
            description = "Decay of the running mean that comes out (${DEFAULT-VALUE}).")
    private double ema;

    @Option(
            names = "--weighting",
            paramLabel = "NAME",
            defaultValue = "UNIFORM",
            description = "Of timesteps in the loss: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private TimestepWeighting weighting;

    @Option(names = "--width", paramLabel = "PIXELS", description = "Of the images (the model's own).")
    private @Nullable Integer width;

    @Option(names = "--height", paramLabel = "PIXELS", description = "Of the images (the model's own).")
    private @Nullable Integer height;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "The same seed makes the same student (${DEFAULT-VALUE}).")
    private long seed;

    /** @param modelSize width and height that the model was trained at, in pixels */
    TrainingPlan plan(int modelSize) {
        return new TrainingPlan(
                method,
                guidance,
                steps,
                batch,
                rowsAtOnce,
                promptsPerRound,
                passes,
                samplerSteps,
                studentShare,
                learningRate,
                weightDecay,
                clip,
                ema,
                weighting,
                width == null ? modelSize : width,
                height == null ? modelSize : height,
                seed);
    }

    /** @return the teacher, to be closed by the caller; a student of low rank learns through it */
    StableDiffusion open(Path folder) {
        return method.lowRank()
                ? StableDiffusion.openForTraining(folder, Device.cpu())
                : StableDiffusion.open(folder, Device.cpu(), teacherPrecision);
    }

    /** @return where the factors begin, to be closed by the caller */
    LoraStudent factors(StableDiffusion model) {
        return LoraStudent.begin(model.unet(), targets, rank, alpha == null ? rank : alpha, seed, model.owner());
    }

    boolean lowRank() {
        return method.lowRank();
    }
}
