// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.distillation.TrainingPlan;
import java.util.Locale;

/** A student's model card: Markdown with the metadata that the Hugging Face Hub reads. */
final class ModelCard {
    private ModelCard() {}

    /** @param prompts number of training prompts */
    static String of(String name, StableDiffusion base, TrainingPlan plan, int prompts) {
        return String.format(
                Locale.ROOT,
                """
                ---
                library_name: diffusers
                pipeline_tag: text-to-image
                base_model: %2$s
                tags:
                - lora
                - guidance-distillation
                ---

                # %1$s

                A LoRA student for %2$s. It reproduces images at guidance scale %3$s with one UNet evaluation per step:
                use it without classifier-free guidance (guidance scale 1 in diffusers).

                ## Training

                lorafleet distilled the student from its base with %4$d prompts.

                | setting | value |
                |---|---|
                | guidance scale | %3$s |
                | image size | %5$d x %6$d |
                | sampler steps (DDIM) | %7$d |
                | optimizer steps | %8$d |
                | batch size | %9$d |
                | learning rate | %10$s |
                | seed | %11$d |

                ## Evaluation

                Not evaluated yet. `fleet evaluate` compares the student with its base, with and without guidance.
                """,
                name,
                base.name(),
                plan.guidance(),
                prompts,
                plan.width(),
                plan.height(),
                plan.sampling().samplerSteps(),
                plan.optimization().steps(),
                plan.optimization().batch(),
                plan.optimization().learningRate(),
                plan.seed());
    }
}
