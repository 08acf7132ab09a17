package io.lorafleet.worker.adapter;

import io.lorafleet.messages.PinnedAdapter;

/** An adapter version cannot be used here, now or later. The text says what was expected and what was found. */
public final class UnusableAdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableAdapterException(PinnedAdapter adapter, String why) {
        super("adapter " + adapter + ": " + why);
    }
}
