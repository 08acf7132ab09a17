// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reserves version numbers in the blob store, like gateways do. The first writer of a number owns the number. */
final class VersionNumbers {
    private final BlobStore blobs;

    VersionNumbers(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Reserves the next free number. If a trainer reserved a number for the same file and failed before it published, the
     * same number is returned.
     *
     * @param first the lowest number to try
     */
    int claim(String name, int first, String sha256) throws IOException {
        byte[] claim = sha256.getBytes(StandardCharsets.US_ASCII);
        int number = first;
        while (!blobs.putIfAbsent(BlobKeys.adapterNumber(name, number), claim) && !isTaken(name, number, sha256)) {
            number++;
        }
        return number;
    }

    private boolean isTaken(String name, int number, String by) throws IOException {
        return blobs.get(BlobKeys.adapterNumber(name, number))
                .map(claim -> new String(claim, StandardCharsets.US_ASCII).equals(by))
                .orElse(false);
    }
}
