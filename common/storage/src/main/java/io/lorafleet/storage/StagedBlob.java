// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.Closeable;
import java.io.IOException;

/**
 * A blob that is being written, before anybody knows its key. Nobody sees it until it is committed; one that is closed
 * before that is gone. Used by one thread at a time.
 */
public interface StagedBlob extends Closeable {

    /**
     * Adds bytes at the end.
     *
     * @throws StorageFullException if the store has no room for them
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** @return how many there are by now */
    long bytesWritten();

    /**
     * Stores it unless a blob with that key is there. Nothing can be written any more then.
     *
     * @return true if this call stored it, false if one was there, which stays as it was
     * @throws InvalidKeyException if the key is not of the form that {@link BlobStore} says
     * @throws StorageFullException if the store has no room for it
     */
    boolean commit(String key) throws IOException;

    /** Removes what was not committed. */
    @Override
    void close() throws IOException;
}
