// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

/** The outcome of a cancellation. */
public sealed interface Cancellation {
    /** The cancel command is published; the result will tell whether it came in time. */
    record Requested(Generation generation) implements Cancellation {}

    /** The generation is already finished. */
    record AlreadyFinished(Generation generation) implements Cancellation {}

    /** The generation does not exist. */
    record Unknown() implements Cancellation {}
}
