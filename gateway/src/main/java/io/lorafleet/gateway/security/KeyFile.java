package io.lorafleet.gateway.security;

import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The API keys of a file, which may change while this gateway runs. */
final class KeyFile {
    private static final Logger LOG = Logger.getLogger(KeyFile.class);
    /** As {@code fleet key create} makes them. */
    private static final Pattern KEY = Pattern.compile("lf_([0-9a-f]{16})_[A-Za-z0-9_-]{43}");

    private final Path file;
    private FileTime readAt;
    private Map<String, ApiKeys.Entry> byId;

    /** @throws IllegalStateException if the file cannot be read, or is no such file */
    KeyFile(Path file) {
        this.file = file;
        try {
            read();
        } catch (IOException | InvalidMessageException e) {
            throw new IllegalStateException(
                    "lorafleet.security.api-keys: expected a file that fleet key create wrote, found " + file + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** @return whether it is meant to be one of these keys, and no other kind of token */
    static boolean isKey(String token) {
        return token.startsWith("lf_");
    }

    /** @return the key's entry, if there is one */
    Optional<ApiKeys.Entry> find(String key) {
        Matcher parts = KEY.matcher(key);
        if (!parts.matches()) {
            return Optional.empty();
        }
        byte[] found = Sha256.of(key.getBytes(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        // Compared in a time that does not tell how much of it was right.
        return Optional.ofNullable(entries().get(parts.group(1)))
                .filter(entry -> MessageDigest.isEqual(found, entry.sha256().getBytes(StandardCharsets.UTF_8)));
    }

    private synchronized Map<String, ApiKeys.Entry> entries() {
        try {
            if (!Files.getLastModifiedTime(file).equals(readAt)) {
                read();
                LOG.infof("read %d API keys anew", byId.size());
            }
        } catch (IOException | InvalidMessageException e) {
            LOG.errorf("%s cannot be read, the API keys stay as they were: %s", file, e.getMessage());
        }
        return byId;
    }

    private synchronized void read() throws IOException {
        FileTime modified = Files.getLastModifiedTime(file); // before, so that a change meanwhile is seen later
        byId = Json.read(Files.readAllBytes(file), ApiKeys.class).keys().stream()
                .collect(Collectors.toMap(ApiKeys.Entry::id, Function.identity(), (first, second) -> second));
        readAt = modified;
    }
}
