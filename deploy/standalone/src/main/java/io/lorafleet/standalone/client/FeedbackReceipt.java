// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import java.util.List;
import java.util.stream.Collectors;

/** What the gateway says of feedback that it published. */
public record FeedbackReceipt(List<Sample> samples) {

    /** @param adapter the student that is to learn from it, {@code name@version} */
    public record Sample(String feedbackId, String adapter) {}

    /** @return a line for each sample, for people */
    public String text() {
        return samples.stream()
                .map(sample -> sample.adapter() + "  feedback " + sample.feedbackId())
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
