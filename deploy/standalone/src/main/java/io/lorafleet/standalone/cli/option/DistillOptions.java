// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import ai.djl.Device;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.distillation.DistillationException;
import io.lorafleet.distillation.TrainingMethod;
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.model.LoraStudent;
import io.lorafleet.distillation.model.TargetModules;
import io.lorafleet.distillation.optim.TimestepWeighting;
import io.lorafleet.standalone.FleetException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A student's training settings. The defaults suit the demo model on two processors. */
public final class DistillOptions {
    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = "lora_distillation",
            description = "Training method: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). Use the other"
                    + " methods only for comparison.")
    private TrainingMethod method;

    @Option(
            names = "--teacher-precision",
            paramLabel = "NAME",
            defaultValue = "float32",
            description = "Precision of a teacher that has its own weights, for methods that train all weights:"
                    + " ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). bfloat16 halves the memory of"
                    + " the teacher.")
    private Precision teacherPrecision;

    @Option(
            names = "--guidance",
            paramLabel = "X",
            defaultValue = "5",
            description = "Guidance scale to distill (default: ${DEFAULT-VALUE}).")
    private double guidance;

    @Option(
            names = "--rank",
            paramLabel = "R",
            defaultValue = "8",
            description = "Rank of the LoRA factors (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--alpha",
            paramLabel = "X",
            description = "Alpha of the LoRA factors. A weight's update is alpha / rank * B A. Default: the" + " rank.")
    private @Nullable Double alpha;

    @Option(
            names = "--targets",
            paramLabel = "NAME",
            defaultValue = "transformer",
            description = "Layers that receive LoRA factors: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private TargetModules targets;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Number of optimizer steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "16",
            description = "Number of trajectory samples per optimizer step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--rows-at-once",
            paramLabel = "N",
            defaultValue = "32",
            description = "Maximum number of trajectory samples in a UNet batch (default: ${DEFAULT-VALUE}). A"
                    + " lower number needs less memory.")
    private int rowsAtOnce;

    @Option(
            names = "--prompts-per-round",
            paramLabel = "N",
            defaultValue = "128",
            description = "Number of images generated per round as a source of trajectory samples (default:"
                    + " ${DEFAULT-VALUE}).")
    private int promptsPerRound;

    @Option(
            names = "--passes",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of passes over the trajectory samples of a round (default: ${DEFAULT-VALUE}).")
    private int passes;

    @Option(
            names = "--sampler-steps",
            paramLabel = "N",
            defaultValue = "20",
            description = "Average number of sampler steps per image; each round uses between 0.5 and 1.5 times"
                    + " this number (default: ${DEFAULT-VALUE}).")
    private int samplerSteps;

    @Option(
            names = "--student-share",
            paramLabel = "X",
            defaultValue = "0.25",
            description = "Share of the optimizer steps, at the end of the run, that train on the student's own"
                    + " trajectories, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double studentShare;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "3e-3",
            description = "Peak learning rate (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            defaultValue = "0",
            description = "Weight decay of AdamW (default: ${DEFAULT-VALUE}).")
    private double weightDecay;

    @Option(
            names = "--clip",
            paramLabel = "X",
            defaultValue = "1",
            description =
                    "Maximum norm of the gradients; larger gradients are clipped (default:" + " ${DEFAULT-VALUE}).")
    private double clip;

    @Option(
            names = "--ema",
            paramLabel = "X",
            defaultValue = "0.99",
            description = "Decay of the exponential moving average that provides the student's weights, at least 0"
                    + " and below 1 (default: ${DEFAULT-VALUE}).")
    private double ema;

    @Option(
            names = "--weighting",
            paramLabel = "NAME",
            defaultValue = "uniform",
            description = "Weighting of the timesteps in the loss: ${COMPLETION-CANDIDATES} (default:"
                    + " ${DEFAULT-VALUE}).")
    private TimestepWeighting weighting;

    @Option(
            names = "--width",
            paramLabel = "PIXELS",
            description =
                    "Width of the generated images, in pixels. Default: the size at which the model was" + " trained.")
    private @Nullable Integer width;

    @Option(
            names = "--height",
            paramLabel = "PIXELS",
            description =
                    "Height of the generated images, in pixels. Default: the size at which the model was" + " trained.")
    private @Nullable Integer height;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Training seed (default: ${DEFAULT-VALUE}). The same seed produces the same student.")
    private long seed;

    /** @param modelSize width and height of the model's training images, in pixels */
    public TrainingPlan plan(int modelSize) {
        try {
            return new TrainingPlan(
                    method,
                    guidance,
                    new TrainingPlan.Sampling(promptsPerRound, passes, samplerSteps, studentShare),
                    new TrainingPlan.Optimization(
                            steps, batch, rowsAtOnce, learningRate, weightDecay, clip, ema, weighting),
                    width == null ? modelSize : width,
                    height == null ? modelSize : height,
                    seed);
        } catch (DistillationException e) {
            throw new FleetException("--" + e.getMessage());
        }
    }

    /** @return the teacher, which the caller closes; a low-rank student is trained through the teacher's UNet */
    public StableDiffusion open(Path folder) {
        return method.lowRank()
                ? StableDiffusion.openForTraining(folder, Device.cpu())
                : StableDiffusion.open(folder, Device.cpu(), teacherPrecision);
    }

    /** @return the untrained factors, which the caller closes */
    public LoraStudent factors(StableDiffusion model) {
        return LoraStudent.begin(model.unet(), targets, rank, alpha == null ? rank : alpha, seed, model.owner());
    }

    public boolean lowRank() {
        return method.lowRank();
    }
}
