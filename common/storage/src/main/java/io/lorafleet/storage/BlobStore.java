// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Named, immutable byte sequences: images, adapter weights, training state.
 *
 * <p>A key is a relative path of one or more segments of letters, digits, '.', '_', '@' and '-', separated by '/'; no
 * segment starts with '.'. A blob becomes visible as a whole and never changes, unless it is damaged and {@linkplain
 * StagedBlob#replace repaired}. Several threads and processes can use a store at the same time.
 */
public interface BlobStore {

    /**
     * Stores a blob, unless a blob with this key already exists.
     *
     * @param content blob content, which is read to its end and not closed
     * @return true if this call stored the blob, false if it already existed and is unchanged
     * @throws InvalidKeyException if the key does not have the form described above
     * @throws StorageFullException if the store is full
     */
    boolean putIfAbsent(String key, InputStream content) throws IOException;

    /**
     * @return a blob whose key is set after its content has been written (for example, to a hash of the content); the
     *     caller closes the blob
     */
    StagedBlob stage() throws IOException;

    /** @return the blob's content, which the caller closes; empty if there is no such blob */
    Optional<InputStream> open(String key) throws IOException;

    /**
     * @return the keys with this prefix, in no particular order; the caller must close the stream. Blobs that are
     *     stored or deleted during the listing may or may not be included
     */
    Stream<String> list(String prefix) throws IOException;

    /**
     * @return the blobs whose keys {@link #list} would return; the listing is read one page or folder at a time,
     *     because a store can contain millions of blobs
     */
    Stream<StoredBlob> entries(String prefix) throws IOException;

    /** @return the time at which the blob was stored, or replaced; empty if there is no such blob */
    Optional<Instant> storedAt(String key) throws IOException;

    /** Deletes the blob if it exists. */
    void delete(String key) throws IOException;

    /** Stores bytes, unless a blob with this key already exists. @return true if this call stored them */
    default boolean putIfAbsent(String key, byte[] content) throws IOException {
        return putIfAbsent(key, new java.io.ByteArrayInputStream(content));
    }

    /**
     * Stores bytes whose hash is in the key. If a blob with this key has other content, it is damaged, and is replaced.
     */
    default void putOrRepair(String key, byte[] content) throws IOException {
        if (!putIfAbsent(key, content) && !isIntact(key, Sha256.of(content))) {
            try (StagedBlob staged = stage()) {
                staged.write(content, 0, content.length);
                staged.replace(key);
            }
        }
    }

    /** @return whether the blob exists and its content has this SHA-256 */
    default boolean isIntact(String key, String sha256) throws IOException {
        Optional<InputStream> content = open(key);
        if (content.isEmpty()) {
            return false;
        }
        try (InputStream in = content.get()) {
            return sha256.equals(Sha256.of(in));
        }
    }

    /** @return the blob's content; empty if there is no such blob */
    default Optional<byte[]> get(String key) throws IOException {
        Optional<InputStream> content = open(key);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = content.get()) {
            return Optional.of(in.readAllBytes());
        }
    }
}
