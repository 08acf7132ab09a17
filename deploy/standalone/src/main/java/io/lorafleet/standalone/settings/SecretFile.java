// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.settings;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.storage.OwnerOnly;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files with secrets, which only their owner can read. Windows has no modes; there, the access rights of the user's
 * profile protect the files.
 */
public final class SecretFile {
    private SecretFile() {}

    /** @throws FleetException if other users can read the file; the message names the command that corrects this */
    public static void requireClosed(Path file) throws IOException {
        Optional<String> objection = hasModes() ? OwnerOnly.objection(file) : Optional.empty();
        if (objection.isPresent()) {
            throw new FleetException(objection.get());
        }
    }

    /** Creates an empty file, and deletes an older one. */
    static Path create(Path file) throws IOException {
        Files.deleteIfExists(file);
        return hasModes() ? Files.createFile(file, OwnerOnly.file()) : Files.createFile(file);
    }

    private static boolean hasModes() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    }
}
