// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.evaluate;

import io.lorafleet.distillation.adherence.AdherenceReport;
import io.lorafleet.distillation.adherence.Tally;
import io.lorafleet.distillation.eval.Evaluation.Images;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The prompt adherence of the teacher and the student. It can be measured only for the demo model's prompts.
 *
 * @param recovered the share of guidance's improvement that the student recovers, over all attributes:
 *     {@code (student - unguided) / (teacher - unguided)}; null if guidance brings no improvement on these prompts
 * @param wholeRecovered the same share, over whole prompts
 */
record AdherenceFigures(
        AdherenceReport teacher,
        AdherenceReport unguided,
        AdherenceReport student,
        @Nullable Double recovered,
        @Nullable Double wholeRecovered) {

    /** @return the figures; empty unless all prompts are demo model prompts */
    static Optional<AdherenceFigures> of(List<Images> images) {
        return AdherenceReport.of(images, Images::teacher)
                .map(teacher -> of(
                        teacher,
                        AdherenceReport.of(images, Images::unguided).orElseThrow(),
                        AdherenceReport.of(images, Images::student).orElseThrow()));
    }

    private static AdherenceFigures of(AdherenceReport teacher, AdherenceReport unguided, AdherenceReport student) {
        return new AdherenceFigures(
                teacher,
                unguided,
                student,
                recovered(teacher.total(), unguided.total(), student.total()),
                recovered(teacher.prompts(), unguided.prompts(), student.prompts()));
    }

    private static @Nullable Double recovered(Tally teacher, Tally unguided, Tally student) {
        double gap = teacher.share() - unguided.share();
        return gap > 0 ? (student.share() - unguided.share()) / gap : null;
    }
}
