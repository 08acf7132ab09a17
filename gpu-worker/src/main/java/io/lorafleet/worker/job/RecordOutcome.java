// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;

/** What happens to the record of a request. */
public sealed interface RecordOutcome {
    /** The request is finished: publish the result and accept the record. */
    record Done(GenerationFinished result) implements RecordOutcome {}

    /** No worker can process the record: publish a dead letter and a failure, and reject the record. */
    record Refuse(GenerationFailed.Reason reason, String detail, int attempts) implements RecordOutcome {}

    /** A temporary failure: release the record for another delivery. */
    record Retry(String why) implements RecordOutcome {}
}
