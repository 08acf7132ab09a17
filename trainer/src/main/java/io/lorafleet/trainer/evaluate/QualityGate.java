// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.evaluate;

import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.distillation.adherence.AdherenceReport;
import io.lorafleet.distillation.eval.Evaluation;
import io.lorafleet.messages.adapter.Figures;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares a new version with its parent. Both generate images for the same held-out prompts from the same noise.
 *
 * @param margin maximum decrease in the learned share of the guidance
 * @param adherenceMargin maximum decrease in prompt adherence; checked only for the demo model's prompts
 * @param maxPrompts maximum number of prompts
 * @param samplerSteps sampler steps per image
 * @param rowsAtOnce UNet rows per batch
 */
public record QualityGate(double margin, double adherenceMargin, int maxPrompts, int samplerSteps, int rowsAtOnce) {

    /**
     * The result of the comparison.
     *
     * @param complaint the reason for rejecting the version; empty if the version passes
     */
    public record Verdict(Figures figures, Optional<String> complaint) {}

    /**
     * Compares two versions of an adapter.
     *
     * @param guidance the teacher's guidance scale
     * @param seed the first image's seed
     * @param progress receives the number of finished prompts, first for the parent and then for the student
     */
    public Verdict judge(
            StableDiffusion model,
            double guidance,
            LoraAdapter parent,
            LoraAdapter student,
            List<String> prompts,
            long seed,
            IntConsumer progress) {
        int size = model.defaultSize();
        Evaluation evaluation = new Evaluation(model, guidance, samplerSteps, rowsAtOnce, size, size, seed);
        List<String> selected = prompts.subList(0, Math.min(maxPrompts, prompts.size()));
        Evaluation.Result before = evaluation.of(parent, selected, progress);
        Evaluation.Result after = evaluation.of(student, selected, progress);
        return verdict(figures(before, after));
    }

    private static Figures figures(Evaluation.Result before, Evaluation.Result after) {
        return new Figures(after.quality().learned(), before.quality().learned(), adherence(after), adherence(before));
    }

    /** @return prompt adherence from 0 to 1; null unless all prompts are the demo model's */
    private static @Nullable Double adherence(Evaluation.Result result) {
        return AdherenceReport.of(result.images(), Evaluation.Images::student)
                .map(report -> report.total().share())
                .orElse(null);
    }

    Verdict verdict(Figures figures) {
        return new Verdict(
                figures,
                complaint("learned share of the guidance effect", figures.learned(), figures.parentLearned(), margin)
                        .or(() -> figures.adherence() == null || figures.parentAdherence() == null
                                ? Optional.empty()
                                : complaint(
                                        "prompt adherence",
                                        figures.adherence(),
                                        figures.parentAdherence(),
                                        adherenceMargin)));
    }

    private static Optional<String> complaint(String what, double found, double parent, double margin) {
        return found >= parent - margin
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s on held-out prompts: expected at least %.4f (parent %.4f, margin %.4f), found %.4f",
                        what,
                        parent - margin,
                        parent,
                        margin,
                        found));
    }
}
