// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.feedback;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a student's images, or taken back. The record's key is the student's name, so that all that concerns
 * it stands in one partition, in order. A record without a type is {@link FeedbackGiven}, as all were once.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", defaultImpl = FeedbackGiven.class)
@JsonSubTypes({
    @JsonSubTypes.Type(value = FeedbackGiven.class, name = "given"),
    @JsonSubTypes.Type(value = FeedbackWithdrawn.class, name = "withdrawn")
})
public sealed interface FeedbackEvent permits FeedbackGiven, FeedbackWithdrawn {
    /** @return the student's name, which is the record's key */
    String student();

    /** @return whose feedback it is; null where nobody has to say who he is */
    @Nullable
    String owner();

    Instant at();
}
