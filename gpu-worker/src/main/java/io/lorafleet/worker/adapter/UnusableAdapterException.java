// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.messages.PinnedAdapter;

/** An adapter version cannot be used here. The text says what was expected and what was found. */
public final class UnusableAdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean lasting;

    private UnusableAdapterException(PinnedAdapter adapter, String why, boolean lasting) {
        super("adapter " + adapter + ": " + why);
        this.lasting = lasting;
    }

    /** Its weights are not there, or damaged: whoever puts the right ones there mends it. */
    static UnusableAdapterException now(PinnedAdapter adapter, String why) {
        return new UnusableAdapterException(adapter, why, false);
    }

    /** Its weights are what they should be, and do not fit: they never will. */
    static UnusableAdapterException ever(PinnedAdapter adapter, String why) {
        return new UnusableAdapterException(adapter, why, true);
    }

    boolean lasting() {
        return lasting;
    }
}
