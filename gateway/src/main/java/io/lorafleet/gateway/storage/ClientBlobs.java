// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.StagedBlob;
import io.lorafleet.storage.StorageFullException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The blob store as clients may fill it: not beyond a reserve, which is left for the workers' results, and not beyond
 * what one caller may store.
 */
public final class ClientBlobs {
    /** Others write as well, so the room is looked at again. */
    private static final long LOOK_EVERY_BYTES = 16 << 20;

    private final BlobStore blobs;
    private final FreeSpace free;
    private final long minFreeBytes;
    private final StorageAllowance allowance;

    /** @param minFreeBytes the reserve */
    public ClientBlobs(BlobStore blobs, FreeSpace free, long minFreeBytes, StorageAllowance allowance) {
        this.blobs = blobs;
        this.free = free;
        this.minFreeBytes = minFreeBytes;
        this.allowance = allowance;
    }

    /**
     * Stores a blob. One that is there already counts nothing.
     *
     * @param owner who sent it; null where nobody has to say who he is
     * @throws StorageFullException if it would go into the reserve
     * @throws AllowanceUsedException if the owner has stored too much
     */
    public void put(String key, byte[] content, @Nullable String owner) throws IOException {
        if (isThere(key)) {
            return;
        }
        try (Incoming incoming = receive(owner, content.length)) {
            incoming.expect(content.length);
            incoming.write(content, 0, content.length);
            incoming.commit(key);
        }
    }

    private boolean isThere(String key) throws IOException {
        Optional<InputStream> blob = blobs.open(key);
        if (blob.isPresent()) {
            blob.get().close();
        }
        return blob.isPresent();
    }

    /**
     * @param declaredBytes how many it is said to have; 0 if that is not said
     * @return a blob that comes in piece by piece; to be closed
     * @throws StorageFullException if it would go into the reserve
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

    /** A blob that comes in. Once it is closed, it counts only if it was stored. Used by one thread. */
    public final class Incoming implements Closeable {
        private final @Nullable String owner;
        private final StagedBlob staged;
        private long counted;
        private long lookedAt;

        private Incoming(@Nullable String owner, StagedBlob staged) {
            this.owner = owner;
            this.staged = staged;
        }

        /**
         * Makes sure that there may be so many bytes in all, before they are read. To be called once.
         *
         * @throws StorageFullException if they would go into the reserve
         * @throws AllowanceUsedException if they are too many of the owner's
         */
        public void expect(long bytes) throws IOException {
            requireRoom(bytes - staged.bytesWritten());
            allowance.take(owner, bytes);
            counted = bytes;
        }

        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (staged.bytesWritten() - lookedAt >= LOOK_EVERY_BYTES) {
                requireRoom(0);
                lookedAt = staged.bytesWritten();
            }
            staged.write(bytes, offset, length);
        }

        public long bytesWritten() {
            return staged.bytesWritten();
        }

        /** Stores it unless a blob with that key is there. */
        public void commit(String key) throws IOException {
            if (staged.commit(key)) {
                counted = 0; // so that it stays counted
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
