// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much room the blob store has left. */
@FunctionalInterface
public interface FreeSpace {
    /** @return bytes that may still be written */
    long bytes() throws IOException;

    /** Of the file system that the directory is on. */
    static FreeSpace of(Path directory) {
        return () -> Files.getFileStore(directory).getUsableSpace();
    }
}
