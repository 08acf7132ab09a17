// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.storage.OwnerOnly;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Reads and changes the API key file. Concurrent changes are serialized, and each change is atomic. */
final class ApiKeysFile {
    private final Path file;
    private final Consumer<String> notices;

    /** @param notices receives messages for the user */
    ApiKeysFile(Path file, Consumer<String> notices) throws IOException {
        this.file = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        this.notices = notices;
    }

    /** @return the keys; none if the file does not exist */
    ApiKeys read() throws IOException {
        if (!Files.exists(file)) {
            return ApiKeys.NONE;
        }
        if (!OwnerOnly.isClosed(file)) {
            Files.setPosixFilePermissions(file, OwnerOnly.FILE);
            notices.accept("removed other users' access to " + file);
        }
        try {
            return Json.read(Files.readAllBytes(file), ApiKeys.class);
        } catch (InvalidMessageException e) {
            throw new FleetException("--file: expected an API key file, found " + file + ": " + e.getMessage());
        }
    }

    /** Locks a separate file, because each change replaces the API key file. */
    void change(UnaryOperator<ApiKeys> change) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try (FileChannel lock = FileChannel.open(beside(".lock"), options, OwnerOnly.file())) {
            lock.lock(); // until the channel is closed
            write(change.apply(read()));
        }
    }

    private void write(ApiKeys keys) throws IOException {
        Path aside = beside(".part");
        Files.deleteIfExists(aside); // left over from a process that was killed
        Files.createFile(aside, OwnerOnly.file());
        if (Files.exists(file)) { // root may run this command for the gateway's user
            Files.setOwner(aside, Files.getOwner(file));
        }
        Files.write(aside, Json.write(keys));
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
