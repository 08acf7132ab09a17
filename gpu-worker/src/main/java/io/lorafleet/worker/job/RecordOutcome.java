// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What happens to a request's record. */
public sealed interface RecordOutcome {
    /** Calls the function for this outcome. Callers must handle every outcome. */
    <R> R match(Function<Done, R> done, Function<Refuse, R> refuse, Function<Release, R> release);

    /** The request is finished: publish the result and accept the record. */
    record Done(GenerationFinished result) implements RecordOutcome {
        @Override
        public <R> R match(Function<Done, R> done, Function<Refuse, R> refuse, Function<Release, R> release) {
            return done.apply(this);
        }
    }

    /**
     * No worker can process the record: publish a dead letter and a failure, and reject the record.
     *
     * @param detail reason, for the dead letter
     * @param attempts number of attempts, for the dead letter
     * @param result the failure; null if the record is not a valid request, so that no failure can be stored
     */
    record Refuse(String detail, int attempts, @Nullable GenerationFailed result) implements RecordOutcome {
        @Override
        public <R> R match(Function<Done, R> done, Function<Refuse, R> refuse, Function<Release, R> release) {
            return refuse.apply(this);
        }
    }

    /**
     * The worker gives up the request for a reason unrelated to the request: release the record for another delivery.
     */
    record Release() implements RecordOutcome {
        @Override
        public <R> R match(Function<Done, R> done, Function<Refuse, R> refuse, Function<Release, R> release) {
            return release.apply(this);
        }
    }
}
