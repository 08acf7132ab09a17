// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;

/** What is to be done with a request's record. */
public sealed interface Outcome {
    /** It is over: reply, and take the record off the topic. */
    record Done(GenerationFinished result) implements Outcome {}

    /** Nobody can do it: keep the record as a dead letter, reply that it failed, and take it off the topic. */
    record Refuse(GenerationFailed.Reason reason, String detail, int attempts) implements Outcome {}

    /** Not now, or not here: leave the record to be taken again. */
    record Retry(String why) implements Outcome {}
}
