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
 * What a run is to be made from.
 *
 * @param parent the version that it goes on from
 * @param samples that it consumes
 * @param withdrawals of what earlier runs have consumed; the samples outlived them
 */
public record RunInputs(
        AdapterVersion parent, Lineage lineage, List<FeedbackGiven> samples, List<FeedbackWithdrawn> withdrawals) {
    public RunInputs {
        samples = List.copyOf(samples);
        withdrawals = List.copyOf(withdrawals);
    }

    /** @param plan the run's settings, as text */
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

    /** @return of the teacher; none but students are trained */
    double guidance() {
        return Objects.requireNonNull(parent.guidance(), "every student has one");
    }

    /** Of the adapter, its parent and the stretch, so that whoever makes the run draws the same. */
    private static long seed(AdapterVersion parent, OffsetRange range) {
        String all = parent.pinned() + " " + range.partition() + " " + range.fromOffset() + " " + range.toOffset();
        byte[] hash = Sha256.newDigest().digest(all.getBytes(StandardCharsets.UTF_8));
        // 32 bits: every reader of JSON takes them as they are.
        return ByteBuffer.wrap(hash).getInt() & 0xFFFFFFFFL;
    }
}
