// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import java.util.List;

/**
 * The settings for a run's prompts.
 *
 * @param downWeight weight that a rating of -1 adds to the default weight of 1
 * @param upWeight weight of a prompt with a positive rating
 * @param replayShare share of the generated images that use earlier samples or base prompts
 * @param maxReplay maximum number of earlier samples to replay
 * @param base prompts that every run replays
 * @param heldOut prompts for the quality gate; if empty, a share of all prompts is used
 * @param heldOutShare share of all prompts to hold out if {@code heldOut} is empty
 */
public record PromptRules(
        double downWeight,
        double upWeight,
        double replayShare,
        int maxReplay,
        List<String> base,
        List<String> heldOut,
        double heldOutShare) {
    public PromptRules {
        base = List.copyOf(base);
        heldOut = List.copyOf(heldOut);
    }

    /** @return the settings as text, with the number of prompts instead of the prompts */
    String summary() {
        return "PromptRules[downWeight=" + downWeight + ", upWeight=" + upWeight + ", replayShare=" + replayShare
                + ", maxReplay=" + maxReplay + ", base=" + base.size() + ", heldOut=" + heldOut.size()
                + ", heldOutShare=" + heldOutShare + "]";
    }
}
