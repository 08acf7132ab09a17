// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * What a checkpoint's model predicts, and with which noise schedule it was trained. The weights do not show this.
 *
 * @param scheduler scheduler config
 * @param predictsV whether the model predicts v instead of the noise
 * @param value what was recognised, for people
 * @param reason where it was found
 */
record Prediction(ModelConfig scheduler, boolean predictsV, String value, String reason) {
    /** Metadata that sd-scripts and others write (Stability AI's model specification). */
    private static final String SPECIFIED_PREDICTION = "modelspec.prediction_type";

    private static final String SPECIFIED_ARCHITECTURE = "modelspec.architecture";
    /** Empty tensors by which authors of v-prediction models mark their files. */
    private static final String V_MARKER = "v_pred";

    private static final String ZERO_SNR_MARKER = "ztsnr";
    /** diffusers' names of the prediction types. */
    private static final String EPSILON = "epsilon";

    private static final String V = "v_prediction";

    /**
     * @param config path of a scheduler config that the user may have added; fields that it does not have are those
     *     of the published model
     * @throws ModelFileException if nothing states the prediction type of an SD 2.x model, or if it is unknown
     */
    static Prediction of(Safetensors file, CheckpointKind kind, Path config) {
        boolean marked = file.names().contains(ZERO_SNR_MARKER);
        if (Files.isRegularFile(config)) {
            ModelConfig given =
                    ModelConfig.open(config).withDefaults(scheduler(file.name(), kind, new Stated(false, ""), false));
            boolean predictsV = given.text("prediction_type").equals(V);
            boolean zeroSnr = given.flag("rescale_betas_zero_snr", false);
            return new Prediction(given, predictsV, value(predictsV, zeroSnr), config.toString());
        }
        Stated stated = marked(file)
                .or(() -> specified(file))
                .or(() -> usual(kind))
                .orElseThrow(() -> new ModelFileException(file.name() + ": prediction type of a Stable Diffusion 2.x"
                        + " checkpoint: expected it in " + config + ", because the checkpoint does not state it, found"
                        + " no such file. Write {\"prediction_type\": \"v_prediction\"} to this file for a model for"
                        + " 768 x 768 pixels, or {\"prediction_type\": \"epsilon\"} for one for 512 x 512 pixels"));
        return new Prediction(
                scheduler(file.name(), kind, stated, marked),
                stated.predictsV(),
                value(stated.predictsV(), marked),
                stated.reason() + (marked ? ", tensor " + ZERO_SNR_MARKER : ""));
    }

    private record Stated(boolean predictsV, String reason) {}

    private static Optional<Stated> marked(Safetensors file) {
        return file.names().contains(V_MARKER) ? Optional.of(new Stated(true, "tensor " + V_MARKER)) : Optional.empty();
    }

    private static Optional<Stated> specified(Safetensors file) {
        String prediction = file.metadata().getOrDefault(SPECIFIED_PREDICTION, "");
        String architecture = file.metadata().getOrDefault(SPECIFIED_ARCHITECTURE, "");
        if (!prediction.isEmpty()) {
            if (!Set.of("v", EPSILON).contains(prediction)) {
                throw new ModelFileException(file.name() + ": metadata " + SPECIFIED_PREDICTION
                        + ": expected v or epsilon, found " + prediction);
            }
            return Optional.of(new Stated(prediction.equals("v"), "metadata " + SPECIFIED_PREDICTION));
        }
        return architecture.startsWith("stable-diffusion-v2-")
                ? Optional.of(new Stated(architecture.endsWith("-v"), "metadata " + SPECIFIED_ARCHITECTURE))
                : Optional.empty();
    }

    private static Optional<Stated> usual(CheckpointKind kind) {
        return kind == CheckpointKind.SD2
                ? Optional.empty()
                : Optional.of(new Stated(false, "the file does not state another type"));
    }

    private static ModelConfig scheduler(String file, CheckpointKind kind, Stated stated, boolean zeroSnr) {
        // PNDM cannot use a schedule whose signal ends at zero.
        boolean pndm = kind == CheckpointKind.SD1;
        return ModelConfig.parse(
                file + ": scheduler",
                PublishedConfigs.SCHEDULER.formatted(
                        pndm && zeroSnr ? "DDIMScheduler" : kind.scheduler(),
                        // With leading spacing, no step would be at the timestep whose signal is zero.
                        zeroSnr ? "trailing" : "leading",
                        stated.predictsV() ? V : EPSILON,
                        zeroSnr));
    }

    private static String value(boolean predictsV, boolean zeroSnr) {
        return (predictsV ? "v" : EPSILON) + (zeroSnr ? ", zero terminal signal-to-noise ratio" : "");
    }
}
