package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.messages.Lineage;
import java.util.List;

/**
 * The feedback that one run of an adapter consumes.
 *
 * @param fromOffset where the adapter's run before ended
 * @param toOffset behind the last sample
 * @param samples by their offsets, each feedback id once
 * @param begun what a run that was not finished said of it when it began; null if none has begun
 */
public record Stretch(
        String adapter, int partition, long fromOffset, long toOffset, List<FeedbackGiven> samples, Lineage begun) {
    public Stretch {
        samples = List.copyOf(samples);
    }
}
