// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Takes version numbers in the blob store, as gateways do: whoever puts one there first has it. */
final class VersionNumbers {
    private final BlobStore blobs;

    VersionNumbers(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Takes the next free number, or the one that was taken for this very file before: a trainer that died before it
     * published has left it.
     *
     * @param first the lowest that it may be
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
