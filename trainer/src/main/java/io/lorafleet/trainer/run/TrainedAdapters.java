// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.run;

import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The adapters that a trainer trains: all adapters, or those that were made for its base.
 *
 * @param base fingerprint of the trainer's base; null for all adapters
 * @param unknownBase whether the trainer also trains adapters whose base is unknown. Only the trainers of one pool may
 *     do this; otherwise, several groups of trainers would train such an adapter
 */
public record TrainedAdapters(@Nullable String base, boolean unknownBase) implements Predicate<AdapterVersion> {
    public static final TrainedAdapters ALL = new TrainedAdapters(null, true);

    /** @param base fingerprint of the base of the pool's trainers */
    public static TrainedAdapters of(String pool, String base) {
        return new TrainedAdapters(base, pool.equals(PoolName.DEFAULT));
    }

    @Override
    public boolean test(AdapterVersion version) {
        return base == null || (version.baseFingerprint() == null ? unknownBase : version.isFor(base));
    }
}
