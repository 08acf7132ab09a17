// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.IOException;

/** A blob cannot be written because the store is full. No part of the blob remains. */
public final class StorageFullException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message expected and found room */
    public StorageFullException(String message) {
        super(message);
    }

    StorageFullException(IOException cause) {
        super("blob store: expected free space, found none", cause);
    }
}
