// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedAdapter;

/**
 * An adapter version that a request applies to its images.
 *
 * @param adapter adapter version
 * @param scale number by which the adapter's B·A is multiplied
 */
public record AppliedAdapter(PinnedAdapter adapter, double scale) {
    public AppliedAdapter {
        Check.present("adapter", adapter);
        Check.range("adapter.scale", -GenerateImage.MAX_ADAPTER_SCALE, GenerateImage.MAX_ADAPTER_SCALE, scale);
    }

    @Override
    public String toString() {
        return adapter + " x " + scale;
    }
}
