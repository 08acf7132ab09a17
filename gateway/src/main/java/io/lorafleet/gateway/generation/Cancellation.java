// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

/** What becomes of the wish to stop a generation. */
public sealed interface Cancellation {
    /** Whoever computes it has been told; it ends when its result says so. */
    record Requested(Generation generation) implements Cancellation {}

    /** It is too late. */
    record AlreadyFinished(Generation generation) implements Cancellation {}

    /** There is no such generation. */
    record Unknown() implements Cancellation {}
}
