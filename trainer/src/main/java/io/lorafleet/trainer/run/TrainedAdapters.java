// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.run;

import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The adapters that a trainer trains.
 *
 * @param base fingerprint of the trainer's base, which their versions must have, unless the base of a version is unknown;
 *     null for all adapters
 */
public record TrainedAdapters(@Nullable String base) implements Predicate<AdapterVersion> {
    public static final TrainedAdapters ALL = new TrainedAdapters(null);

    @Override
    public boolean test(AdapterVersion version) {
        return base == null
                || version.baseFingerprint() == null
                || version.baseFingerprint().equals(base);
    }
}
