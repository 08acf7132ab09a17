// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One run's checkpoints in the blob store. Any trainer can resume from the newest checkpoint.
 *
 * @param run hash of all inputs that affect the run's result
 */
record Checkpoints(BlobStore blobs, String adapter, String run) {

    Optional<byte[]> newest() throws IOException {
        int number = number();
        return number == 0 ? Optional.empty() : blobs.get(BlobKeys.checkpoint(adapter, run, number));
    }

    /** Stores a checkpoint, then deletes the older ones. */
    void keep(byte[] checkpoint) throws IOException {
        int number = number();
        blobs.putIfAbsent(BlobKeys.checkpoint(adapter, run, number + 1), checkpoint);
        for (String older : keys(blobs, prefix())) {
            if (number(older) <= number) {
                blobs.delete(older);
            }
        }
    }

    /** Deletes the checkpoints of all of an adapter's runs. */
    static void deleteAll(BlobStore blobs, String adapter) throws IOException {
        for (String key : keys(blobs, BlobKeys.training(adapter))) {
            blobs.delete(key);
        }
    }

    private int number() throws IOException {
        return keys(blobs, prefix()).stream().mapToInt(this::number).max().orElse(0);
    }

    private int number(String key) {
        return Integer.parseInt(key.substring(prefix().length()));
    }

    private String prefix() {
        String first = BlobKeys.checkpoint(adapter, run, 1);
        return first.substring(0, first.length() - 1);
    }

    private static List<String> keys(BlobStore blobs, String prefix) throws IOException {
        try (Stream<String> keys = blobs.list(prefix)) {
            return keys.toList();
        }
    }
}
