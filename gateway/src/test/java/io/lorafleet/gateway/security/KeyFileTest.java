package io.lorafleet.gateway.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
    private static final String KEY = "lf_0123456789abcdef_" + "A".repeat(43);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeTheFile() throws IOException {
        file = folder.resolve("keys.json");
        write(ApiKeys.NONE.with(entry("0123456789abcdef", KEY)), 1);
    }

    private static ApiKeys.Entry entry(String id, String key) {
        return new ApiKeys.Entry(id, "alice", Set.of(Role.GENERATE), Sha256.of(key.getBytes(UTF_8)), Instant.EPOCH);
    }

    private void write(ApiKeys keys, long modified) throws IOException {
        Files.write(file, Json.write(keys));
        Files.setLastModifiedTime(file, FileTime.fromMillis(modified));
    }

    @Test
    void findsAKey() {
        assertThat(new KeyFile(file).find(KEY))
                .get()
                .extracting(ApiKeys.Entry::owner)
                .isEqualTo("alice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "lf_",
                "lf_0123456789abcdef_",
                "lf_0123456789abcdef_BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "lf_1123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "lf_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            })
    void findsNothingElse(String key) {
        assertThat(new KeyFile(file).find(key)).isEmpty();
    }

    @Test
    void seesThatAKeyWasRevoked() throws IOException {
        KeyFile keys = new KeyFile(file);
        write(ApiKeys.NONE, 2);
        assertThat(keys.find(KEY)).isEmpty();
    }

    @Test
    void staysAsItWasWhileTheFileIsUnreadable() throws IOException {
        KeyFile keys = new KeyFile(file);
        Files.writeString(file, "{");
        assertThat(keys.find(KEY)).isPresent();
        Files.delete(file);
        assertThat(keys.find(KEY)).isPresent();
    }

    @Test
    void refusesToBeginWithoutAFile() {
        assertThatThrownBy(() -> new KeyFile(folder.resolve("none.json")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lorafleet.security.api-keys: expected a file that fleet key create wrote");
    }
}
