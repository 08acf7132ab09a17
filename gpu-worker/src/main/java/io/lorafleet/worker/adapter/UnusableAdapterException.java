// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.messages.PinnedAdapter;

/** Thrown if this worker cannot use an adapter version. */
public final class UnusableAdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    private UnusableAdapterException(PinnedAdapter adapter, String why, boolean permanent) {
        super("adapter " + adapter + ": " + why);
        this.permanent = permanent;
    }

    /**
     * Creates a temporary failure: the weights are missing or corrupt. It lasts until the correct weights are stored.
     */
    static UnusableAdapterException temporary(PinnedAdapter adapter, String why) {
        return new UnusableAdapterException(adapter, why, false);
    }

    /** Creates a permanent failure: the weights are intact but cannot be used. */
    static UnusableAdapterException permanent(PinnedAdapter adapter, String why) {
        return new UnusableAdapterException(adapter, why, true);
    }

    boolean isPermanent() {
        return permanent;
    }
}
