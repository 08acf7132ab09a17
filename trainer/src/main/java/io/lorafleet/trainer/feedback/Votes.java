// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What counts of what was said of one student: of each vote the latest, and nothing that was withdrawn after it was
 * given. A fold: whoever applies the same in the same order comes to the same.
 *
 * <p>A vote that changes keeps its place, so that giving it again makes it no newer than those of others.
 */
public final class Votes {
    private final Map<String, FeedbackGiven> standing = new LinkedHashMap<>();

    public void apply(FeedbackEvent event) {
        if (event instanceof FeedbackGiven vote) {
            standing.put(vote.feedbackId(), vote);
        } else if (event instanceof FeedbackWithdrawn withdrawn) {
            standing.values().removeIf(vote -> withdrawn.owner().equals(vote.owner()));
        }
    }

    /** @return whether there is one with that id, which another one would replace */
    public boolean has(String feedbackId) {
        return standing.containsKey(feedbackId);
    }

    public int count() {
        return standing.size();
    }

    /** @return in the order in which they were first given */
    public List<FeedbackGiven> standing() {
        return List.copyOf(standing.values());
    }
}
