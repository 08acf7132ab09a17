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
 * The API keys in a file that can change while the gateway runs. Every authentication checks the file for changes, so
 * that a change takes effect with the next request. If the file is missing, no key is valid. If the file is invalid,
 * the previous keys stay valid, because somebody may be editing the file.
 */
final class KeyFile {
    private static final Logger LOG = Logger.getLogger(KeyFile.class);
    private static final String CONFIG_KEY = "lorafleet.security.api-keys: ";
    /** The format in which {@code fleet key create} prints keys. */
    private static final Pattern KEY = Pattern.compile("lf_([0-9a-f]{16})_[A-Za-z0-9_-]{43}");

    private final Path file;
    private final Consumer<String> errors;
    private @Nullable FileState read;
    private Map<String, ApiKeys.Entry> byId = Map.of();
    /** The last reported error, so that each error is logged once. */
    private String lastError = "";

    /** @throws IllegalStateException if the file is unreadable, invalid, or accessible to other users */
    KeyFile(Path file) {
        this(file, LOG::error);
    }

    /** @param errors receives the errors that occur while the gateway runs */
    KeyFile(Path file, Consumer<String> errors) {
        this.file = file;
        this.errors = errors;
        try {
            read(FileState.of(file));
        } catch (IOException | InvalidMessageException e) {
            throw new IllegalStateException(
                    CONFIG_KEY + "expected a key file written by 'fleet key create', found " + file + ": " + reason(e),
                    e);
        }
    }

    /** @return whether the token has the prefix of an API key */
    static boolean isKey(String token) {
        return token.startsWith("lf_");
    }

    /** @return the key's entry if the key exists and has not expired */
    Optional<ApiKeys.Entry> find(String key) {
        Matcher parts = KEY.matcher(key);
        if (!parts.matches()) {
            return Optional.empty();
        }
        byte[] found = Sha256.of(key.getBytes(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        // Compared in constant time, so that response times reveal nothing about the hash.
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
                    LOG.infof("Reloaded %d API keys", byId.size());
                }
            }
            lastError = "";
        } catch (NoSuchFileException e) {
            read = null;
            byId = Map.of();
            report(file + " is missing: all API keys are refused until the file exists again");
        } catch (IOException | InvalidMessageException e) {
            report(file + " cannot be used, so the previous API keys remain valid: " + reason(e));
        }
        return byId;
    }

    /** @param state the file's state before the read, so that the next check detects changes made during the read */
    private void read(FileState state) throws IOException {
        Optional<String> objection = OwnerOnly.objection(file);
        if (objection.isPresent()) {
            throw new IOException(objection.get());
        }
        byId = Json.read(Files.readAllBytes(file), ApiKeys.class).keys().stream()
                .collect(Collectors.toMap(ApiKeys.Entry::id, Function.identity(), (first, second) -> second));
        read = state;
    }

    private void report(String what) {
        if (!what.equals(lastError)) {
            errors.accept(CONFIG_KEY + what);
            lastError = what;
        }
    }

    /** Most file system exceptions have only the file name as their message. */
    private static String reason(Exception e) {
        return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
    }
}
