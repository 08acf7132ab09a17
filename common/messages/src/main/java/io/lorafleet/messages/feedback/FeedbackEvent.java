// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.feedback;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Feedback on a student's images, or its withdrawal. The record's key is the student's name, so all of a student's
 * events are in one partition, in order. A record without a type is a {@link FeedbackGiven}, because earlier releases
 * did not write the type.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", defaultImpl = FeedbackGiven.class)
@JsonSubTypes({
    @JsonSubTypes.Type(value = FeedbackGiven.class, name = "given"),
    @JsonSubTypes.Type(value = FeedbackWithdrawn.class, name = "withdrawn")
})
public sealed interface FeedbackEvent permits FeedbackGiven, FeedbackWithdrawn {
    /** @return the student's adapter name, which is the record's key */
    String student();

    /** @return the owner who gave the feedback; null without authentication, and in records from earlier releases */
    @Nullable
    String owner();

    /** @return the time of the event */
    Instant at();

    /** Applies the function for this kind of event. Callers must handle every kind. */
    <R> R match(Function<FeedbackGiven, R> given, Function<FeedbackWithdrawn, R> withdrawn);
}
