// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.storage.Sha256;
import io.lorafleet.trainer.feedback.OffsetRange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A run's inputs.
 *
 * @param parent version from which the training starts
 * @param samples samples that the run consumes
 * @param withdrawals withdrawals that the run consumes; they also remove earlier runs' samples
 */
public record RunInputs(
        AdapterVersion parent, Lineage lineage, List<FeedbackGiven> samples, List<FeedbackWithdrawn> withdrawals) {
    public RunInputs {
        samples = List.copyOf(samples);
        withdrawals = List.copyOf(withdrawals);
    }

    /** @param plan the settings of the run, as text */
    public static RunInputs of(AdapterVersion parent, OffsetRange range, String plan) {
        Lineage lineage = new Lineage(
                parent.version(),
                range.partition(),
                range.fromOffset(),
                range.toOffset(),
                range.samples().size(),
                seed(parent, range),
                plan);
        return new RunInputs(parent, lineage, range.samples(), range.withdrawals());
    }

    public String adapter() {
        return parent.name();
    }

    /** @return the teacher's guidance scale */
    double guidance() {
        return Objects.requireNonNull(parent.guidance(), "the student has no guidance scale");
    }

    /** The seed depends on the parent and the offset range, so that every trainer uses the same seed. */
    private static long seed(AdapterVersion parent, OffsetRange range) {
        String all = parent.pinned() + " " + range.partition() + " " + range.fromOffset() + " " + range.toOffset();
        byte[] hash = Sha256.newDigest().digest(all.getBytes(StandardCharsets.UTF_8));
        // Every JSON reader preserves a 32-bit number exactly.
        return ByteBuffer.wrap(hash).getInt() & 0xFFFFFFFFL;
    }
}
