package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.FeedbackGiven;
import java.io.IOException;

/** Where samples are kept until an adapter learns from them. */
public interface FeedbackArchive {

    /**
     * Returns when the sample is safe.
     *
     * @return false if a sample with that feedback id was there already
     */
    boolean store(FeedbackGiven sample) throws IOException;
}
