// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.messages.feedback.FeedbackGiven;
import java.util.List;

/**
 * The response to feedback.
 *
 * @param feedbackId id of the first sample, which is usually the only one
 * @param samples one sample for each student that generated the image
 */
record FeedbackView(String feedbackId, List<SampleView> samples) {

    /** @param adapter the student, as {@code name@version} */
    record SampleView(String feedbackId, String adapter) {
        static SampleView of(FeedbackGiven sample) {
            return new SampleView(sample.feedbackId(), sample.adapter().toString());
        }
    }

    /** @param samples published samples, at least one */
    static FeedbackView of(List<FeedbackGiven> samples) {
        return new FeedbackView(
                samples.get(0).feedbackId(),
                samples.stream().map(SampleView::of).toList());
    }
}
