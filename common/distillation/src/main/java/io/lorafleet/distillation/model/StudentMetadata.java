// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.PredictionType;
import java.util.Map;
import java.util.TreeMap;

/**
 * The metadata of a student's file. Other tools read the keys of the ModelSpec 1.0.1 standard
 * (github.com/Stability-AI/ModelSpec). The metadata contains no date, so that the same training always produces the
 * same bytes.
 */
public final class StudentMetadata {
    private static final String SPEC = "modelspec.";

    private StudentMetadata() {}

    /**
     * @param name name of the adapter
     * @param guidance guidance scale with which the student was distilled
     */
    public static Map<String, String> of(StableDiffusion base, String name, double guidance) {
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("lorafleet.guidance", Double.toString(guidance));
        metadata.put(SPEC + "sai_model_spec", "1.0.1");
        metadata.put(SPEC + "architecture", architecture(base) + "/lora");
        metadata.put(SPEC + "implementation", "diffusers");
        metadata.put(SPEC + "title", name);
        metadata.put(SPEC + "description", "Student for " + base.name() + ", distilled at guidance scale " + guidance);
        metadata.put(SPEC + "resolution", base.defaultSize() + "x" + base.defaultSize());
        metadata.put(SPEC + "prediction_type", isVelocity(base) ? "v" : "epsilon");
        return metadata;
    }

    /**
     * @return the standard's name for the architecture, derived from the width of the text conditioning and the
     *     prediction type
     */
    private static String architecture(StableDiffusion base) {
        return switch (base.unet().config().contextWidth()) {
            case 768 -> "stable-diffusion-v1";
            case 1024 -> isVelocity(base) ? "stable-diffusion-v2-768-v" : "stable-diffusion-v2-512";
            case 2048 -> "stable-diffusion-xl-v1-base";
            default -> "stable-diffusion";
        };
    }

    private static boolean isVelocity(StableDiffusion base) {
        return base.schedule().prediction() == PredictionType.V_PREDICTION;
    }
}
