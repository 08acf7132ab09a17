// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import io.lorafleet.messages.Check;
import org.jspecify.annotations.Nullable;

/**
 * The quality of a version and of its parent, measured on held-out prompts.
 *
 * @param learned share of the guidance effect that the student reproduces: 1 for a student identical to the guided
 *     teacher, 0 for one identical to the base without guidance, negative for one that is even worse
 * @param parentLearned {@code learned} of the parent
 * @param adherence prompt adherence, where higher is better; null if not measured
 * @param parentAdherence {@code adherence} of the parent; null if not measured
 */
public record Figures(
        double learned,
        double parentLearned,
        @Nullable Double adherence,
        @Nullable Double parentAdherence) {
    public Figures {
        requireFinite("figures.learned", learned);
        requireFinite("figures.parentLearned", parentLearned);
        if (adherence != null) {
            requireFinite("figures.adherence", adherence);
        }
        if (parentAdherence != null) {
            requireFinite("figures.parentAdherence", parentAdherence);
        }
    }

    private static void requireFinite(String field, double value) {
        Check.range(field, -Double.MAX_VALUE, Double.MAX_VALUE, value);
    }
}
