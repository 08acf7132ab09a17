// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.storage.StorageFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientBlobsTest {
    private static final byte[] TEN_BYTES = new byte[10];

    @TempDir
    private Path directory;

    private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);
    private BlobStore blobs;
    private ClientBlobs clientBlobs;

    @BeforeEach
    void open() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        Clock clock = Clock.systemUTC();
        clientBlobs = new ClientBlobs(blobs, free::get, 1000, new StorageAllowance(25, clock), clock);
    }

    @Test
    void leavesTheReserveToTheWorkers() throws IOException {
        free.set(1009);
        assertThatThrownBy(() -> clientBlobs.put("a", TEN_BYTES, null))
                .isInstanceOf(StorageFullException.class)
                .hasMessage("expected at least 1010 bytes free in the blob store, found 1009");
        assertThat(blobs.get("a")).isEmpty();
        assertThat(blobs.putIfAbsent("result", TEN_BYTES)).isTrue();
        free.set(1010);
        clientBlobs.put("a", TEN_BYTES, null);
        assertThat(blobs.get("a")).contains(TEN_BYTES);
    }

    /** Otherwise, the blob could be deleted as an old one, while a new request needs it. */
    @Test
    void storesAnOldBlobAgainIfItIsUsedAgain() throws IOException {
        for (boolean upload : new boolean[] {false, true}) {
            clientBlobs.put("a", TEN_BYTES, null);
            FileTime yesterday = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
            Files.setLastModifiedTime(directory.resolve("a"), yesterday);
            if (upload) {
                try (ClientBlobs.Incoming incoming = clientBlobs.receive(null, 10)) {
                    incoming.expect(10);
                    incoming.write(TEN_BYTES, 0, 10);
                    incoming.commit("a", Sha256.of(TEN_BYTES));
                }
            } else {
                clientBlobs.put("a", TEN_BYTES, null);
            }
            assertThat(blobs.get("a")).contains(TEN_BYTES);
            assertThat(Files.getLastModifiedTime(directory.resolve("a"))).isGreaterThan(yesterday);
        }
    }

    @Test
    void rechecksFreeSpaceDuringLargeUploads() throws IOException {
        byte[] megabyte = new byte[1 << 20];
        try (ClientBlobs.Incoming incoming = clientBlobs.receive(null, 0)) {
            incoming.expect(100L << 20);
            for (int i = 0; i < 16; i++) {
                incoming.write(megabyte, 0, megabyte.length);
            }
            free.set(999);
            assertThatThrownBy(() -> incoming.write(megabyte, 0, megabyte.length))
                    .isInstanceOf(StorageFullException.class);
        }
        assertThat(directory.resolve(".unfinished")).isEmptyDirectory();
    }

    @Test
    void countsStoredBytesOnly() throws IOException {
        clientBlobs.put("a", TEN_BYTES, "alice");
        clientBlobs.put("a", TEN_BYTES, "alice");
        clientBlobs.put("b", TEN_BYTES, "alice");
        try (ClientBlobs.Incoming givenUp = clientBlobs.receive("bob", 0)) {
            givenUp.expect(25);
        }
        assertThatThrownBy(() -> clientBlobs.put("c", TEN_BYTES, "alice")).isInstanceOf(AllowanceUsedException.class);
        assertThat(blobs.get("c")).isEmpty();
        clientBlobs.put("a", TEN_BYTES, "alice");
        clientBlobs.put("c", TEN_BYTES, "bob");
    }

    @Test
    void doesNotCountExistingContent() throws IOException {
        clientBlobs.put("a", TEN_BYTES, "alice");
        for (int i = 0; i < 3; i++) {
            try (ClientBlobs.Incoming same = clientBlobs.receive("bob", 0)) {
                same.expect(10);
                same.write(TEN_BYTES, 0, 10);
                same.commit("a", Sha256.of(TEN_BYTES));
            }
        }
    }

    @Test
    void replacesADamagedBlob() throws IOException {
        clientBlobs.put("a", TEN_BYTES, "alice");
        Files.write(directory.resolve("a"), new byte[] {1});
        clientBlobs.put("a", TEN_BYTES, "bob");
        assertThat(blobs.get("a")).contains(TEN_BYTES);
    }

    @Test
    void asksTheFileSystemOfTheStore() throws IOException {
        assertThat(FreeSpace.of(directory).bytes()).isPositive();
    }
}
