// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The votes that count for one student: the latest vote with each feedback id, except for votes withdrawn later. The
 * state depends only on the events and their order.
 *
 * <p>A changed vote keeps its position in the order.
 */
public final class Votes {
    private final Map<String, FeedbackGiven> standing = new LinkedHashMap<>();

    public void apply(FeedbackEvent event) {
        event.match(
                vote -> standing.put(vote.feedbackId(), vote),
                withdrawn ->
                        standing.values().removeIf(vote -> withdrawn.owner().equals(vote.owner())));
    }

    /** @return whether a vote with this id counts */
    public boolean has(String feedbackId) {
        return standing.containsKey(feedbackId);
    }

    public int count() {
        return standing.size();
    }

    /** @return the votes, in the order of their first events */
    public List<FeedbackGiven> standing() {
        return List.copyOf(standing.values());
    }
}
