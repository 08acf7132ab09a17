// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Named, immutable byte sequences: images, adapter weights, training state.
 *
 * <p>A key is a relative path of one or more segments of letters, digits, '.', '_', '@' and '-', separated by '/'; no
 * segment starts with '.'. A blob is visible whole or not at all, and never changes once it is there. Implementations
 * are safe for use by many threads and processes.
 */
public interface BlobStore {

    /**
     * Stores the blob unless one with that key is there.
     *
     * @param content read to its end, not closed
     * @return true if this call stored it, false if one was there, which stays as it was
     * @throws InvalidKeyException if the key is not of the form above
     * @throws StorageFullException if the store has no room for it
     */
    boolean putIfAbsent(String key, InputStream content) throws IOException;

    /** @return a blob to write before its key is known, such as one that is named by its content; to be closed */
    StagedBlob stage() throws IOException;

    /** @return the blob's bytes, to be closed by the caller, or nothing if there is no such blob */
    Optional<InputStream> open(String key) throws IOException;

    /**
     * @return the keys that start with the prefix, in no particular order; to be closed by the caller. Blobs that are
     *     stored or deleted during the listing may or may not be included.
     */
    Stream<String> list(String prefix) throws IOException;

    /** Deletes the blob, if there is one. */
    void delete(String key) throws IOException;

    /** Stores bytes unless a blob with that key is there. @return true if this call stored them */
    default boolean putIfAbsent(String key, byte[] content) throws IOException {
        return putIfAbsent(key, new java.io.ByteArrayInputStream(content));
    }

    /** @return the whole blob, or nothing if there is no such blob */
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
