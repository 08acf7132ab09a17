// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

/**
 * What a run of the trainer made a version from. With the same base, it makes the same version again.
 *
 * <p>The feedback is that of the adapter in a stretch of one partition of {@link Topic#FEEDBACK}. The stretches of an
 * adapter's finished runs follow each other without gap or overlap.
 *
 * @param parent the version that the run goes on from
 * @param fromOffset the first offset of the stretch
 * @param toOffset behind its last one
 * @param samples in it, of this adapter, each counted once
 * @param seed of all that the run draws
 * @param plan the run's settings, as text
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
