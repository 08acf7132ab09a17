// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.evaluate;

import io.lorafleet.distillation.adherence.AdherenceReport;
import io.lorafleet.distillation.adherence.Attribute;
import io.lorafleet.distillation.adherence.Tally;
import io.lorafleet.distillation.eval.Evaluation;
import io.lorafleet.distillation.eval.Evaluation.Images;
import io.lorafleet.distillation.eval.Quality;
import io.lorafleet.distillation.eval.StepTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The evaluation of a student.
 *
 * @param adherence prompt adherence; null if it cannot be measured for these prompts
 */
public record EvaluationReport(
        int prompts,
        Quality quality,
        StepTimes speed,
        @Nullable AdherenceFigures adherence) {
    private static final int PAIRS_SHOWN = 24;
    private static final String IMAGES_FILE = "images.png";

    public static EvaluationReport of(Evaluation.Result result, StepTimes speed) {
        return new EvaluationReport(
                result.images().size(),
                result.quality(),
                speed,
                AdherenceFigures.of(result.images()).orElse(null));
    }

    /** Writes {@code report.md} and the first images to a folder. */
    public void write(Path folder, List<Images> images) throws IOException {
        List<Images> shown = images.subList(0, Math.min(PAIRS_SHOWN, images.size()));
        ContactSheet.write(shown, folder.resolve(IMAGES_FILE));
        StringBuilder text = new StringBuilder(markdown());
        text.append("\nLeft: teacher. Right: student. Both images of a pair start from the same noise.\n\n![](")
                .append(IMAGES_FILE)
                .append(")\n\n");
        shown.forEach(pair -> text.append("1. ").append(pair.prompt()).append('\n'));
        Files.writeString(folder.resolve("report.md"), text);
    }

    /** @return the figures as Markdown tables */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        add(text, "%d prompts, each generated from the same noise%n%n", prompts);
        add(text, "| | teacher | without guidance | student |%n|---|---|---|---|%n");
        add(
                text,
                "| distance of the latents from the teacher's latents | 0 | %.3f | %.3f |%n",
                quality.unguidedLatentDistance(),
                quality.latentDistance());
        add(text, "| PSNR vs. the teacher's images, dB | | %.1f | %.1f |%n", quality.unguidedPsnr(), quality.psnr());
        add(
                text,
                "| seconds for the steps of an image, at %d rows per step | %.3f | | %.3f (%.2f of the teacher's) |%n",
                speed.rows(),
                speed.teacherSeconds(),
                speed.studentSeconds(),
                speed.ratio());
        if (adherence != null) {
            addAdherence(text, adherence);
        }
        add(text, "%n| timesteps | share of the guidance effect learned |%n|---|---|%n");
        quality.bins().forEach(bin -> add(text, "| %d to %d | %.3f |%n", bin.from(), bin.to() - 1, bin.learned()));
        add(text, "| all | %.3f |%n", quality.learned());
        return text.toString();
    }

    private static void addAdherence(StringBuilder text, AdherenceFigures adherence) {
        row(text, adherence, "attributes that match the prompt", AdherenceReport::total);
        for (Attribute kind : adherence.teacher().attributes().keySet()) {
            row(
                    text,
                    adherence,
                    "- " + kind.name().toLowerCase(Locale.ROOT),
                    report -> report.attributes().get(kind));
        }
        row(text, adherence, "prompts that match completely", AdherenceReport::prompts);
        add(
                text,
                "| share of the gain from guidance recovered | 1 | 0 | %s of attributes, %s of prompts |%n",
                share(adherence.recovered()),
                share(adherence.wholeRecovered()));
    }

    /** @return a dash if guidance brings no improvement */
    private static String share(@Nullable Double recovered) {
        return recovered == null ? "-" : String.format(Locale.ROOT, "%.3f", recovered);
    }

    private static void row(
            StringBuilder text, AdherenceFigures adherence, String what, Function<AdherenceReport, Tally> tally) {
        add(
                text,
                "| %s | %.3f | %.3f | %.3f |%n",
                what,
                tally.apply(adherence.teacher()).share(),
                tally.apply(adherence.unguided()).share(),
                tally.apply(adherence.student()).share());
    }

    private static void add(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values));
    }
}
