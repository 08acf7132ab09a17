// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import io.lorafleet.messages.Check;
import org.jspecify.annotations.Nullable;

/**
 * How good a version is beside its parent, on prompts that neither of them was trained on.
 *
 * @param learned of what guidance makes out: 1 for a student that is the guided base, 0 for the base without guidance,
 *     below that for one that is worse
 * @param parentLearned the same, of the parent
 * @param adherence how well images show what their prompts ask for, higher is better; null if it was not measured
 * @param parentAdherence the same, of the parent
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
