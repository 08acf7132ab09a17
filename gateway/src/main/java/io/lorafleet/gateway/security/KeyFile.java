// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.OwnerOnly;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The API keys of a file, which may change while this gateway runs. It is looked at for each key that comes, so a change
 * counts from the next request on. Without the file there are no keys. One that cannot be used leaves the keys as they
 * were: it is being edited, and whoever takes the keys away removes the file.
 */
final class KeyFile {
    private static final Logger LOG = Logger.getLogger(KeyFile.class);
    private static final String CONFIG_KEY = "lorafleet.security.api-keys: ";
    /** As {@code fleet key create} makes them. */
    private static final Pattern KEY = Pattern.compile("lf_([0-9a-f]{16})_[A-Za-z0-9_-]{43}");

    private final Path file;
    private final Consumer<String> errors;
    private @Nullable FileState read;
    private Map<String, ApiKeys.Entry> byId = Map.of();
    /** What was wrong at the request before; it is said once. */
    private String complaint = "";

    /** @throws IllegalStateException if the file cannot be read, is no such file, or is open to other users */
    KeyFile(Path file) {
        this(file, LOG::error);
    }

    /** @param errors takes what is wrong while this gateway runs */
    KeyFile(Path file, Consumer<String> errors) {
        this.file = file;
        this.errors = errors;
        try {
            read(FileState.of(file));
        } catch (IOException | InvalidMessageException e) {
            throw new IllegalStateException(
                    CONFIG_KEY + "expected a file that fleet key create wrote, found " + file + ": " + reason(e), e);
        }
    }

    /** @return whether it is meant to be one of these keys, and no other kind of token */
    static boolean isKey(String token) {
        return token.startsWith("lf_");
    }

    /** @return the key's entry, if there is one that has not expired */
    Optional<ApiKeys.Entry> find(String key) {
        Matcher parts = KEY.matcher(key);
        if (!parts.matches()) {
            return Optional.empty();
        }
        byte[] found = Sha256.of(key.getBytes(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        // Compared in a time that does not tell how much of it was right.
        return Optional.ofNullable(entries().get(parts.group(1)))
                .filter(entry -> MessageDigest.isEqual(found, entry.sha256().getBytes(StandardCharsets.UTF_8)))
                .filter(entry -> !entry.expiredBy(Instant.now()));
    }

    private synchronized Map<String, ApiKeys.Entry> entries() {
        try {
            FileState now = FileState.of(file);
            if (!now.isSurely(read)) {
                Map<String, ApiKeys.Entry> before = byId;
                read(now);
                if (!byId.equals(before)) {
                    LOG.infof("read %d API keys anew", byId.size());
                }
            }
            complaint = "";
        } catch (NoSuchFileException e) {
            read = null;
            byId = Map.of();
            complain(file + " is gone: every API key is refused until it is back");
        } catch (IOException | InvalidMessageException e) {
            complain(file + " cannot be used, the API keys stay as they were: " + reason(e));
        }
        return byId;
    }

    /** @param state as it was before, so that a change meanwhile is seen later */
    private void read(FileState state) throws IOException {
        Optional<String> objection = OwnerOnly.objection(file);
        if (objection.isPresent()) {
            throw new IOException(objection.get());
        }
        byId = Json.read(Files.readAllBytes(file), ApiKeys.class).keys().stream()
                .collect(Collectors.toMap(ApiKeys.Entry::id, Function.identity(), (first, second) -> second));
        read = state;
    }

    private void complain(String what) {
        if (!what.equals(complaint)) {
            errors.accept(CONFIG_KEY + what);
            complaint = what;
        }
    }

    /** The message of most of these exceptions is the file's name alone. */
    private static String reason(Exception e) {
        return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
    }
}
