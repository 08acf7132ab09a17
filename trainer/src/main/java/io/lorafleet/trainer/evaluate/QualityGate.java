// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.evaluate;

import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.distillation.adherence.AdherenceReport;
import io.lorafleet.distillation.eval.Evaluation;
import io.lorafleet.messages.Figures;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds a new version against its parent: both draw the same held-out prompts from the same noise.
 *
 * @param margin by which it may have learned less
 * @param adherenceMargin by which less of the prompts may be in its images, where they can be read
 * @param maxPrompts that are drawn
 * @param samplerSteps of an image
 * @param rowsAtOnce images that are drawn together
 */
public record QualityGate(double margin, double adherenceMargin, int maxPrompts, int samplerSteps, int rowsAtOnce) {

    /**
     * What was found.
     *
     * @param complaint why the version should not be published; nothing if it should
     */
    public record Verdict(Figures figures, Optional<String> complaint) {}

    /**
     * @param guidance of the teacher
     * @param seed of the images
     * @param drawn hears how many prompts are, of each of the two
     */
    public Verdict judge(
            StableDiffusion model,
            double guidance,
            LoraAdapter parent,
            LoraAdapter student,
            List<String> prompts,
            long seed,
            IntConsumer drawn) {
        int size = model.defaultSize();
        Evaluation evaluation = new Evaluation(model, guidance, samplerSteps, rowsAtOnce, size, size, seed);
        List<String> some = prompts.subList(0, Math.min(maxPrompts, prompts.size()));
        Evaluation.Result before = evaluation.of(parent, some, drawn);
        Evaluation.Result after = evaluation.of(student, some, drawn);
        return verdict(figures(before, after));
    }

    private static Figures figures(Evaluation.Result before, Evaluation.Result after) {
        return new Figures(after.quality().learned(), before.quality().learned(), adherence(after), adherence(before));
    }

    /** @return share of what the prompts ask for; null where the images cannot be read */
    private static @Nullable Double adherence(Evaluation.Result drawn) {
        return AdherenceReport.of(drawn.images(), Evaluation.Images::student)
                .map(report -> report.total().share())
                .orElse(null);
    }

    Verdict verdict(Figures figures) {
        return new Verdict(
                figures,
                complaint("to have learned of the guidance", figures.learned(), figures.parentLearned(), margin)
                        .or(() -> figures.adherence() == null || figures.parentAdherence() == null
                                ? Optional.empty()
                                : complaint(
                                        "to have drawn of what the prompts ask for",
                                        figures.adherence(),
                                        figures.parentAdherence(),
                                        adherenceMargin)));
    }

    private static Optional<String> complaint(String what, double found, double parent, double margin) {
        return found >= parent - margin
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "expected %s at least %.4f on held-out prompts (its parent's %.4f, less %.4f), found %.4f",
                        what,
                        parent - margin,
                        parent,
                        margin,
                        found));
    }
}
