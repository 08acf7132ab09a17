// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The free space in the blob store. */
@FunctionalInterface
public interface FreeSpace {
    /** An object store does not report how much space it has. It refuses writes when it is full. */
    FreeSpace UNLIMITED = () -> Long.MAX_VALUE;

    /** @return number of usable bytes */
    long bytes() throws IOException;

    /** The free space on the directory's file system. */
    static FreeSpace of(Path directory) {
        return () -> Files.getFileStore(directory).getUsableSpace();
    }
}
