// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import java.util.List;
import java.util.stream.Collectors;

/** The response to feedback that the gateway accepted. */
public record FeedbackReceipt(List<Sample> samples) {

    /** @param adapter {@code name@version} of the student that the feedback applies to */
    public record Sample(String feedbackId, String adapter) {}

    /** @return a line for each sample */
    public String text() {
        return samples.stream()
                .map(sample -> sample.adapter() + "  feedback " + sample.feedbackId())
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /** @return the adapter of each sample, one on each line */
    public String adapters() {
        return samples.stream().map(Sample::adapter).collect(Collectors.joining(System.lineSeparator()));
    }
}
