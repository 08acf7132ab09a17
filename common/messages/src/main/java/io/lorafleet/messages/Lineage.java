// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

/**
 * The inputs of the training run that produced a version. With the same base, the same inputs produce the same version.
 *
 * <p>The run consumed the adapter's feedback in a single offset range in one partition of {@link Topic#FEEDBACK}. The
 * offset ranges of the adapter's finished runs are contiguous: there are no gaps between them, and they do not overlap.
 *
 * @param parent version from which the run continued
 * @param partition partition of the feedback
 * @param fromOffset first offset of the range
 * @param toOffset offset after the last one in the range
 * @param samples number of this adapter's feedback samples in the range, each vote counted once
 * @param seed seed for all of the run's random numbers
 * @param plan training plan, as text
 */
public record Lineage(int parent, int partition, long fromOffset, long toOffset, int samples, long seed, String plan) {
    public Lineage {
        Check.range("lineage.parent", 1, Integer.MAX_VALUE, parent);
        Check.range("lineage.partition", 0, Integer.MAX_VALUE, partition);
        Check.range("lineage.fromOffset", 0, Long.MAX_VALUE, fromOffset);
        Check.range("lineage.toOffset", fromOffset + 1, Long.MAX_VALUE, toOffset);
        Check.range("lineage.samples", 0, Integer.MAX_VALUE, samples);
        Check.present("lineage.plan", plan);
    }
}
