// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.IOException;

/** A blob cannot be written because the store has no room for it. Nothing of it stays behind. */
public final class StorageFullException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message what room was expected, and what was found */
    public StorageFullException(String message) {
        super(message);
    }

    StorageFullException(IOException cause) {
        super("expected room in the blob store, found none", cause);
    }
}
