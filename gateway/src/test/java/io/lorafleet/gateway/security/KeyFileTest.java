// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
    private static final String KEY = "lf_0123456789abcdef_" + "A".repeat(43);

    @TempDir
    private Path folder;

    private final List<String> errors = new ArrayList<>();
    private Path file;

    @BeforeEach
    void writeTheFile() throws IOException {
        file = folder.resolve("keys.json");
        write(theKey(), 1);
    }

    private static ApiKeys.Entry entry(String id, String key) {
        return new ApiKeys.Entry(id, "alice", Set.of(Role.GENERATE), Sha256.of(key.getBytes(UTF_8)), Instant.EPOCH);
    }

    private void write(ApiKeys keys, long modified) throws IOException {
        write(Json.write(keys), modified);
    }

    private void write(byte[] content, long modified) throws IOException {
        Files.write(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.setLastModifiedTime(file, FileTime.fromMillis(modified));
    }

    private static ApiKeys theKey() {
        return ApiKeys.NONE.with(entry("0123456789abcdef", KEY));
    }

    private void expire(Instant at) throws IOException {
        String json = new String(Json.write(theKey()), UTF_8);
        write(
                json.replace("\"createdAt\"", "\"expiresAt\":\"" + at + "\",\"createdAt\"")
                        .getBytes(UTF_8),
                2);
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
    void tellsKeysFromOtherTokens() {
        assertThat(KeyFile.isKey(KEY)).isTrue();
        assertThat(KeyFile.isKey("eyJhbGciOiJSUzI1NiJ9.lf_")).isFalse();
    }

    @Test
    void detectsARevokedKey() throws IOException {
        KeyFile keys = new KeyFile(file, errors::add);
        write(ApiKeys.NONE, 2);
        assertThat(keys.find(KEY)).isEmpty();
    }

    @Test
    void detectsAChangeWithTheSameSizeAndModificationTime() throws IOException {
        KeyFile keys = new KeyFile(file, errors::add);
        byte[] before = Files.readAllBytes(file);
        byte[] otherKey = new String(before, UTF_8)
                .replace("0123456789abcdef", "fedcba9876543210")
                .getBytes(UTF_8);
        assertThat(otherKey).hasSameSizeAs(before);
        write(otherKey, 1);
        assertThat(keys.find(KEY)).isEmpty();
    }

    @Test
    void refusesAnExpiredKey() throws IOException {
        expire(Instant.now().minusSeconds(1));
        assertThat(new KeyFile(file).find(KEY)).isEmpty();
    }

    @Test
    void findsAKeyThatWillExpire() throws IOException {
        expire(Instant.now().plusSeconds(60));
        assertThat(new KeyFile(file).find(KEY)).isPresent();
    }

    @Test
    void keepsItsKeysWhileTheFileCannotBeParsedAndSaysSoOnce() throws IOException {
        KeyFile keys = new KeyFile(file, errors::add);
        write("{".getBytes(UTF_8), 2);
        for (int request = 0; request < 3; request++) {
            assertThat(keys.find(KEY)).isPresent();
        }
        assertThat(errors).singleElement().asString().contains(file.toString(), "the previous API keys remain valid");
    }

    @Test
    void refusesEveryKeyOfADeletedFileAndSaysSoOnce() throws IOException {
        KeyFile keys = new KeyFile(file, errors::add);
        Files.delete(file);
        for (int request = 0; request < 3; request++) {
            assertThat(keys.find(KEY)).isEmpty();
        }
        assertThat(errors)
                .singleElement()
                .asString()
                .contains("lorafleet.security.api-keys", file.toString(), "all API keys are refused");
    }

    @Test
    void readsARestoredFile() throws IOException {
        KeyFile keys = new KeyFile(file, errors::add);
        Path away = Files.move(file, folder.resolve("away"));
        assertThat(keys.find(KEY)).isEmpty();
        Files.move(away, file);
        assertThat(keys.find(KEY)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"rw-r-----, 0640", "rw--w----, 0620", "rw----r--, 0604", "rw-----w-, 0602"})
    void failsToStartWithAFileThatOthersCanOpen(String mode, String found) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(() -> new KeyFile(file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lorafleet.security.api-keys")
                .hasMessageContaining("mode " + found)
                .hasMessageContaining("chmod go-rwx " + file);
    }

    @Test
    void failsToStartWithAFileOfAnotherUser() throws IOException {
        assumeTrue(new UnixSystem().getUid() == 0, "only root can give a file away");
        Files.setAttribute(file, "unix:uid", 54321);
        assertThatThrownBy(() -> new KeyFile(file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lorafleet.security.api-keys")
                .hasMessageContaining("user 54321");
    }

    @Test
    void keepsItsKeysWhileTheFileIsOpenToOthersAndSaysSoOnce() throws IOException {
        KeyFile keys = new KeyFile(file, errors::add);
        String intruder = "lf_1123456789abcdef_" + "A".repeat(43);
        write(theKey().with(entry("1123456789abcdef", intruder)), 2);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        for (int request = 0; request < 3; request++) {
            assertThat(keys.find(KEY)).isPresent();
            assertThat(keys.find(intruder)).isEmpty();
        }
        assertThat(errors).singleElement().asString().contains("mode 0666", "the previous API keys remain valid");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(keys.find(intruder)).isPresent();
    }

    @Test
    void detectsEachChangeOnceWithConcurrentRequests() throws Exception {
        int requests = 4;
        List<String> said = new CopyOnWriteArrayList<>();
        KeyFile keys = new KeyFile(file, said::add);
        CyclicBarrier together = new CyclicBarrier(requests);
        Callable<Boolean> request = () -> {
            together.await();
            return keys.find(KEY).isPresent();
        };
        ExecutorService threads = Executors.newFixedThreadPool(requests);
        try {
            for (int round = 1; round <= 200; round++) {
                Files.delete(file);
                for (Future<Boolean> found : threads.invokeAll(Collections.nCopies(requests, request))) {
                    assertThat(found.get()).as("without the file").isFalse();
                }
                assertThat(said).as("complaints by round %d", round).hasSize(round);
                replace(theKey());
                for (Future<Boolean> found : threads.invokeAll(Collections.nCopies(requests, request))) {
                    assertThat(found.get()).as("with the file").isTrue();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Replaces the file atomically, as {@code fleet key} does. */
    private void replace(ApiKeys keys) throws IOException {
        Path aside = Files.createTempFile(folder, "keys", ".part"); // created with mode 0600
        Files.write(aside, Json.write(keys));
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void failsToStartWithoutAFile() {
        assertThatThrownBy(() -> new KeyFile(folder.resolve("none.json")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lorafleet.security.api-keys: expected a key file written by 'fleet key create'");
    }
}
