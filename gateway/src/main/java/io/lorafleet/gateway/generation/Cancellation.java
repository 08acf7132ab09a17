// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.generation.state.Generation;
import java.util.function.Function;

/** The outcome of a cancellation. */
public sealed interface Cancellation {
    /** Calls the function for this outcome. Callers must handle every outcome. */
    <R> R match(
            Function<Requested, R> requested,
            Function<AlreadyFinished, R> alreadyFinished,
            Function<Unknown, R> unknown);

    /** The cancel command has been published; the result will show whether it was in time. */
    record Requested(Generation generation) implements Cancellation {
        @Override
        public <R> R match(
                Function<Requested, R> requested,
                Function<AlreadyFinished, R> alreadyFinished,
                Function<Unknown, R> unknown) {
            return requested.apply(this);
        }
    }

    /** The generation has already finished. */
    record AlreadyFinished(Generation generation) implements Cancellation {
        @Override
        public <R> R match(
                Function<Requested, R> requested,
                Function<AlreadyFinished, R> alreadyFinished,
                Function<Unknown, R> unknown) {
            return alreadyFinished.apply(this);
        }
    }

    /** The generation does not exist. */
    record Unknown() implements Cancellation {
        @Override
        public <R> R match(
                Function<Requested, R> requested,
                Function<AlreadyFinished, R> alreadyFinished,
                Function<Unknown, R> unknown) {
            return unknown.apply(this);
        }
    }
}
