package io.lorafleet.standalone.evaluate;

import io.lorafleet.diffusion.Picture;
import io.lorafleet.distillation.Evaluation.Pictures;
import io.lorafleet.distillation.adherence.Adherence;
import io.lorafleet.distillation.adherence.AdherenceReport;
import io.lorafleet.distillation.adherence.Scene;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How much of what the prompts ask for is in the pictures, read off them. Only for prompts of the demo model.
 *
 * @param recovered of what guidance gains, by the student: {@code (student - unguided) / (teacher - unguided)}, over all
 *     attributes
 * @param wholeRecovered the same, over whole prompts
 */
record AdherenceFigures(
        AdherenceReport teacher,
        AdherenceReport unguided,
        AdherenceReport student,
        double recovered,
        double wholeRecovered) {

    /** @return nothing if a prompt is of another kind */
    static Optional<AdherenceFigures> of(List<Pictures> pictures) {
        try {
            AdherenceReport teacher = read(pictures, Pictures::teacher);
            AdherenceReport unguided = read(pictures, Pictures::unguided);
            AdherenceReport student = read(pictures, Pictures::student);
            return Optional.of(new AdherenceFigures(
                    teacher,
                    unguided,
                    student,
                    recovered(
                            teacher.total().share(),
                            unguided.total().share(),
                            student.total().share()),
                    recovered(
                            teacher.prompts().share(),
                            unguided.prompts().share(),
                            student.prompts().share())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static AdherenceReport read(List<Pictures> pictures, Function<Pictures, Picture> which) {
        return AdherenceReport.of(pictures.stream()
                .map(each -> Adherence.score(Scene.of(each.prompt()), which.apply(each)))
                .toList());
    }

    private static double recovered(double teacher, double unguided, double student) {
        return (student - unguided) / (teacher - unguided);
    }
}
