// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.IOException;

/** Thrown if a blob cannot be written because the store is full. No part of the blob remains. */
public final class StorageFullException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message message that says what is full, or gives the expected and actual free space */
    public StorageFullException(String message) {
        super(message);
    }

    StorageFullException(IOException cause) {
        super("the blob store is full", cause);
    }
}
