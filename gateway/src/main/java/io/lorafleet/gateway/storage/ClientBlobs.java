// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.storage.StagedBlob;
import io.lorafleet.storage.StorageFullException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Stores clients' blobs within two limits: the free space that must remain for the files of the workers and the
 * trainer, and each caller's allowance.
 */
public final class ClientBlobs {
    /** Other processes write to the blob store as well, so the free space is checked repeatedly. */
    private static final long CHECK_INTERVAL_BYTES = 16 << 20;

    /** Old blobs may be deleted, so the age of a blob is reset when the blob is used again. */
    private static final Duration OLD = Duration.ofDays(1);

    private static final Logger LOG = Logger.getLogger(ClientBlobs.class);

    private final BlobStore blobs;
    private final FreeSpace free;
    private final long minFreeBytes;
    private final StorageAllowance allowance;
    private final Clock clock;

    /** @param minFreeBytes size of the reserve */
    public ClientBlobs(BlobStore blobs, FreeSpace free, long minFreeBytes, StorageAllowance allowance, Clock clock) {
        this.blobs = blobs;
        this.clock = clock;
        this.free = free;
        this.minFreeBytes = minFreeBytes;
        this.allowance = allowance;
    }

    /**
     * Stores a blob. If a blob with this key has other content, it is damaged, and is replaced. A blob that already
     * exists does not count toward the allowance. If the existing blob is more than a day old, it is stored again, so
     * that it is not deleted as an old blob while a new request needs it.
     *
     * @param key key that contains the hash of the content
     * @param owner the caller; null in open mode
     * @throws StorageFullException if the blob would use the reserve
     * @throws AllowanceUsedException if the owner's allowance is used up
     */
    public void put(String key, byte[] content, @Nullable String owner) throws IOException {
        String sha256 = Sha256.of(content);
        if (blobs.isIntact(key, sha256)) {
            if (isOld(key)) {
                renew(key, content);
            }
            return;
        }
        try (Incoming incoming = receive(owner, content.length)) {
            incoming.expect(content.length);
            incoming.write(content, 0, content.length);
            incoming.commit(key, sha256);
        }
    }

    private boolean isOld(String key) throws IOException {
        Instant limit = clock.instant().minus(OLD);
        return blobs.storedAt(key).filter(at -> at.isBefore(limit)).isPresent();
    }

    /** Stores the same content again, which resets the age of the blob. */
    private void renew(String key, byte[] content) throws IOException {
        try (StagedBlob staged = blobs.stage()) {
            staged.write(content, 0, content.length);
            staged.replace(key);
        }
    }

    /**
     * @param declaredBytes declared length of the blob; 0 if unknown
     * @return a blob to write to; the caller closes it
     * @throws StorageFullException if the blob would use the reserve
     */
    public Incoming receive(@Nullable String owner, long declaredBytes) throws IOException {
        requireRoom(declaredBytes);
        return new Incoming(owner, blobs.stage());
    }

    private void requireRoom(long bytes) throws IOException {
        long found = free.bytes();
        if (found - bytes < minFreeBytes) {
            throw new StorageFullException(
                    "expected at least " + (minFreeBytes + bytes) + " bytes free in the blob store, found " + found);
        }
    }

    /**
     * A blob that is being uploaded. Closing it without a commit discards the blob and returns its allowance. Not
     * thread-safe.
     */
    public final class Incoming implements Closeable {
        private final @Nullable String owner;
        private final StagedBlob staged;
        private long counted;
        private long checkedAt;

        private Incoming(@Nullable String owner, StagedBlob staged) {
            this.owner = owner;
            this.staged = staged;
        }

        /**
         * Checks the limits for the total length before the bytes are read. Must be called exactly once.
         *
         * @throws StorageFullException if the blob would use the reserve
         * @throws AllowanceUsedException if the owner's allowance is used up
         */
        public void expect(long bytes) throws IOException {
            requireRoom(bytes - staged.bytesWritten());
            allowance.take(owner, bytes);
            counted = bytes;
        }

        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (staged.bytesWritten() - checkedAt >= CHECK_INTERVAL_BYTES) {
                requireRoom(0);
                checkedAt = staged.bytesWritten();
            }
            staged.write(bytes, offset, length);
        }

        public long bytesWritten() {
            return staged.bytesWritten();
        }

        /**
         * Stores the blob unless the key already exists. A damaged blob with the key is replaced.
         *
         * @param sha256 SHA-256 of the blob
         */
        public void commit(String key, String sha256) throws IOException {
            if (staged.commit(key)) {
                counted = 0; // so that close() does not return the allowance
            } else if (!blobs.isIntact(key, sha256)) {
                staged.replace(key);
                LOG.warnf("Replaced the damaged blob %s", key);
            } else if (isOld(key)) {
                staged.replace(key);
            }
        }

        @Override
        public void close() throws IOException {
            allowance.giveBack(owner, counted);
            counted = 0;
            staged.close();
        }
    }
}
