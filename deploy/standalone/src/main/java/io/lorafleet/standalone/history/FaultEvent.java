// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

/** An injected fault. */
public sealed interface FaultEvent extends HistoryEvent {
    /** @param target what the fault acts on, such as {@code worker-1} */
    record Began(long t, String fault, String target) implements FaultEvent {}

    /**
     * Evidence that a fault had an effect.
     *
     * @param evidence what was seen
     */
    record Struck(long t, String fault, String target, String evidence) implements FaultEvent {}

    /** All faults are over, and all processes are running. */
    record Healed(long t) implements FaultEvent {}

    /** From now on, a blob contains bytes other than those that the fleet stored. */
    record BlobDamaged(long t, String key) implements FaultEvent {}
}
