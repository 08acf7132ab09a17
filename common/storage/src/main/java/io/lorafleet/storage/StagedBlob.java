// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.Closeable;
import java.io.IOException;

/**
 * A blob that is being written and has no key yet. It becomes visible when it is committed. Closing it without
 * committing discards it. Not thread-safe.
 */
public interface StagedBlob extends Closeable {

    /**
     * Appends bytes.
     *
     * @throws StorageFullException if the store is full
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** @return the number of bytes written so far */
    long bytesWritten();

    /**
     * Stores the blob, unless a blob with this key already exists. No more bytes can be written afterward.
     *
     * @return true if this call stored the blob, false if it already existed and is unchanged
     * @throws InvalidKeyException if the key does not have the form that {@link BlobStore} defines
     * @throws StorageFullException if the store is full
     */
    boolean commit(String key) throws IOException;

    /**
     * Stores the blob, and replaces the blob with this key if there is one. Readers see either the old or the new blob,
     * never a mixture. Use this method to repair a damaged blob whose key is derived from its content. It can be called
     * after a commit that returned false.
     *
     * @throws InvalidKeyException if the key does not have the form that {@link BlobStore} defines
     * @throws StorageFullException if the store is full
     */
    void replace(String key) throws IOException;

    /** Discards the blob unless it has been committed. */
    @Override
    void close() throws IOException;
}
