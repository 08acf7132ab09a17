package io.lorafleet.trainer.evaluate;

import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.distillation.Evaluation;
import io.lorafleet.messages.Figures;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Holds a new version against its parent: both draw the same held-out prompts from the same noise.
 *
 * @param margin by which it may have learned less
 * @param maxPrompts that are drawn
 * @param samplerSteps of a picture
 * @param rowsAtOnce pictures that are drawn together
 */
public record Gate(double margin, int maxPrompts, int samplerSteps, int rowsAtOnce) {

    /**
     * What was found.
     *
     * @param complaint why the version should not be published; nothing if it should
     */
    public record Verdict(Figures figures, Optional<String> complaint) {}

    /**
     * @param guidance of the teacher
     * @param seed of the pictures
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

    /** The pictures of both are there: what else is to be said of them is to be measured here. */
    private static Figures figures(Evaluation.Result before, Evaluation.Result after) {
        return new Figures(after.quality().learned(), before.quality().learned(), null, null);
    }

    Verdict verdict(Figures figures) {
        if (figures.learned() >= figures.parentLearned() - margin) {
            return new Verdict(figures, Optional.empty());
        }
        String complaint = String.format(
                Locale.ROOT,
                "expected to have learned at least %.4f of the guidance on held-out prompts (its parent's %.4f, less"
                        + " %.4f), found %.4f",
                figures.parentLearned() - margin,
                figures.parentLearned(),
                margin,
                figures.learned());
        return new Verdict(figures, Optional.of(complaint));
    }
}
