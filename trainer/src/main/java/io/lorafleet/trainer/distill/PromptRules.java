// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import java.util.List;

/**
 * What a run learns from, and what it is judged by.
 *
 * @param downWeight what a rating of -1 adds to a prompt's weight of 1
 * @param upWeight of a prompt whose image was rated up
 * @param replayShare part of what is drawn that comes from earlier samples and base prompts
 * @param maxReplay the most earlier samples that are drawn again
 * @param base prompts that every run draws from, too
 * @param heldOut prompts that all runs are judged by; if there are none, some of those that come in
 * @param heldOutShare part of all prompts that is kept for judging then
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

    /** @return the numbers, as text */
    String summary() {
        return "PromptRules[downWeight=" + downWeight + ", upWeight=" + upWeight + ", replayShare=" + replayShare
                + ", maxReplay=" + maxReplay + ", base=" + base.size() + ", heldOut=" + heldOut.size()
                + ", heldOutShare=" + heldOutShare + "]";
    }
}
