// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    @TempDir
    private Path directory;

    private BlobStore blobs;
    private Checkpoints checkpoints;

    @BeforeEach
    void open() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        checkpoints = new Checkpoints(blobs, "fast", "run");
    }

    @Test
    void newRunHasNoCheckpoint() throws IOException {
        assertThat(checkpoints.newest()).isEmpty();
    }

    @Test
    void keepsOnlyTheNewestCheckpoint() throws IOException {
        for (byte number = 1; number <= 11; number++) {
            checkpoints.keep(new byte[] {number});
        }
        assertThat(checkpoints.newest()).contains(new byte[] {11});
        assertThat(keys()).isEqualTo(1);
    }

    /** If the run tried to resume, every attempt would fail, and the adapter would never be trained again. */
    @Test
    void startsAgainInsteadOfResumingFromADamagedCheckpoint() throws IOException {
        checkpoints.keep(new byte[] {1, 2, 3});
        String key = BlobKeys.checkpoint("fast", "run", 1);
        byte[] blob = blobs.get(key).orElseThrow();
        for (byte[] damaged : List.of(flipped(blob), Arrays.copyOf(blob, blob.length - 1), new byte[0])) {
            blobs.delete(key);
            blobs.putIfAbsent(key, damaged);
            assertThat(checkpoints.newest()).isEmpty();
            assertThat(keys()).isZero();
        }
    }

    private static byte[] flipped(byte[] blob) {
        byte[] flipped = blob.clone();
        flipped[flipped.length - 1] ^= 1;
        return flipped;
    }

    @Test
    void otherRunsDoNotSeeTheCheckpoints() throws IOException {
        checkpoints.keep(new byte[] {1});
        assertThat(new Checkpoints(blobs, "fast", "run2").newest()).isEmpty();
        assertThat(new Checkpoints(blobs, "slow", "run").newest()).isEmpty();
    }

    @Test
    void deleteAllCoversAllRunsOfAnAdapter() throws IOException {
        checkpoints.keep(new byte[] {1});
        new Checkpoints(blobs, "fast", "run2").keep(new byte[] {1});
        new Checkpoints(blobs, "faster", "run").keep(new byte[] {1});
        Checkpoints.deleteAll(blobs, "fast");
        assertThat(keys()).isEqualTo(1);
    }

    private long keys() throws IOException {
        try (Stream<String> keys = blobs.list("training/")) {
            return keys.count();
        }
    }
}
