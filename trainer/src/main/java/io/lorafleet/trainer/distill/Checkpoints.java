// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run's checkpoints in the blob store. Any trainer can resume from the newest checkpoint. A blob consists of the
 * SHA-256 of the checkpoint in hexadecimal digits, followed by the checkpoint.
 *
 * @param run hash of all inputs that affect the run's result
 */
record Checkpoints(BlobStore blobs, String adapter, String run) {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final int DIGITS = 64;

    /** @return the newest intact checkpoint; damaged ones are deleted, because a run can always start over */
    Optional<byte[]> newest() throws IOException {
        for (int number = number(); number > 0; number = number()) {
            String key = BlobKeys.checkpoint(adapter, run, number);
            Optional<byte[]> checkpoint = intact(blobs.get(key).orElse(new byte[0]));
            if (checkpoint.isPresent()) {
                return checkpoint;
            }
            LOG.warn("Deleting the damaged checkpoint {}", key);
            blobs.delete(key);
        }
        return Optional.empty();
    }

    private static Optional<byte[]> intact(byte[] blob) {
        if (blob.length < DIGITS) {
            return Optional.empty();
        }
        byte[] checkpoint = Arrays.copyOfRange(blob, DIGITS, blob.length);
        String sha256 = new String(blob, 0, DIGITS, StandardCharsets.US_ASCII);
        return sha256.equals(Sha256.of(checkpoint)) ? Optional.of(checkpoint) : Optional.empty();
    }

    /** Stores a checkpoint, then deletes the older ones. */
    void keep(byte[] checkpoint) throws IOException {
        int number = number();
        InputStream blob = new SequenceInputStream(
                new ByteArrayInputStream(Sha256.of(checkpoint).getBytes(StandardCharsets.US_ASCII)),
                new ByteArrayInputStream(checkpoint));
        blobs.putIfAbsent(BlobKeys.checkpoint(adapter, run, number + 1), blob);
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
