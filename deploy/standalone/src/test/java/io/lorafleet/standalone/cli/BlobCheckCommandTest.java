// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.SealedJson;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.standalone.SampleRequest;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlobCheckCommandTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final byte[] FILE = "weights".getBytes(UTF_8);
    private static final String SHA = Sha256.of(FILE);
    private static final String CHANGED = Sha256.of("changed".getBytes(UTF_8));
    private static final String ARCHIVE =
            BlobKeys.consumedFeedback("ink", new Lineage(1, 0, 0, 5, 2, 42, "plan"), Sha256.of("[]".getBytes(UTF_8)));

    @TempDir
    private Path directory;

    private CommandRun run;

    @BeforeEach
    void fillTheStore() throws IOException {
        DirectoryBlobStore blobs = new DirectoryBlobStore(directory);
        blobs.putIfAbsent(BlobKeys.adapter(SHA), FILE);
        AdapterVersion version =
                new AdapterVersion("ink", 1, SHA, FILE.length, 4, null, AdapterVersion.Kind.STYLE, null, NOW, null);
        blobs.putIfAbsent(BlobKeys.adapterNumber("ink", 1), Json.write(version));
        blobs.putIfAbsent(BlobKeys.initImage(SHA), FILE);
        blobs.putIfAbsent(BlobKeys.request("r1"), SealedJson.write(request()));
        blobs.putIfAbsent(BlobKeys.attempt("r1", 1), new byte[0]);
        blobs.putIfAbsent(BlobKeys.image("r1", 0), FILE);
        GeneratedImage image = new GeneratedImage(0, 7, BlobKeys.image("r1", 0), SHA);
        GenerationSucceeded end =
                new GenerationSucceeded("r1", "worker", NOW, List.of(image), 20, Duration.ofSeconds(1), null);
        blobs.putIfAbsent(BlobKeys.manifest("r1"), SealedJson.write(new GenerationManifest(request(), end)));
        blobs.putIfAbsent(ARCHIVE, "[]".getBytes(UTF_8));
        blobs.putIfAbsent(BlobKeys.checkpoint("ink", "run", 3), (SHA + "weights").getBytes(UTF_8));
    }

    @Test
    void anIntactStoreHasNoDamagedBlobs() {
        assertThat(check()).isEqualTo("8 blobs intact, 0 damaged, 1 without a known hash\n");
        assertThat(run.exit()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "adapters/*.safetensors, 'expected SHA-256 {sha}, found SHA-256 {changed}', Upload the same file again",
        "adapters/numbers/ink/1, 'AdapterVersion: expected JSON, found malformed input', Nothing to do",
        "init-images/*, 'expected SHA-256 {sha}, found SHA-256 {changed}', Send a request with the same init image",
        "requests/r1.json, 'CommandHeader: expected JSON, found malformed input', Nothing to do",
        "generations/r1/0.png, 'expected SHA-256 {sha}, found SHA-256 {changed}', Generate the image again",
        "feedback/ink/0/0-5-*.json, 'found SHA-256 {changed}', Restore the file from a backup",
        "training/ink/run/checkpoint-3, 'expected a hexadecimal SHA-256 in the first 64 bytes', Nothing to do",
    })
    void namesADamagedBlobAndItsRepair(String pattern, String fault, String repair) throws IOException {
        Path file = file(pattern);
        Files.writeString(file, "changed");
        assertThat(check())
                .contains(directory.relativize(file) + ": ")
                .contains(fault.replace("{sha}", SHA).replace("{changed}", CHANGED))
                .contains("\n    " + repair)
                .endsWith("\n7 blobs intact, 1 damaged, 1 without a known hash\n");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(file).as("the command only reads").hasContent("changed");
    }

    /** Nothing else has the hash of its image. */
    @Test
    void namesADamagedManifest() throws IOException {
        Files.writeString(directory.resolve(BlobKeys.manifest("r1")), "changed");
        assertThat(check())
                .contains("generations/r1/manifest.json: ", "Restore the file from a backup")
                .endsWith("\n6 blobs intact, 1 damaged, 2 without a known hash\n");
    }

    @ParameterizedTest
    @CsvSource({"generations/r1/manifest.json", "requests/r1.json"})
    void namesAChangedField(String key) throws IOException {
        Path file = directory.resolve(key);
        Files.writeString(file, Files.readString(file).replace("a star", "a moon"));
        assertThat(check()).contains(key + ": sha256: expected ", " 1 damaged").doesNotContain("moon");
    }

    @Test
    void namesAChangedCheckpoint() throws IOException {
        Files.writeString(directory.resolve(BlobKeys.checkpoint("ink", "run", 3)), SHA + "changed");
        assertThat(check()).contains("checkpoint-3: expected SHA-256 " + SHA + ", found SHA-256 " + CHANGED);
    }

    @ParameterizedTest
    @CsvSource({
        "adapters/*.safetensors, adapters/numbers/ink/1",
        "generations/r1/0.png, generations/r1/manifest.json",
    })
    void namesAMissingBlob(String pattern, String referrer) throws IOException {
        Path file = file(pattern);
        Files.delete(file);
        assertThat(check())
                .contains(
                        directory.relativize(file) + ": expected the blob that " + referrer + " refers to, found none")
                .contains(" 1 damaged");
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void aBlobOfALaterReleaseIsNotDamaged() throws IOException {
        Path request = directory.resolve(BlobKeys.request("r1"));
        String later = new String(Json.write(request()), UTF_8).replaceFirst("[{]", "{\"schemaVersion\": 9,");
        Files.writeString(request, later);
        Files.writeString(directory.resolve("later"), "");
        assertThat(check()).isEqualTo("8 blobs intact, 0 damaged, 2 without a known hash\n");
    }

    /** Such as a folder on which the store is not mounted. */
    @Test
    void aFolderThatIsNoStoreIsAnError() throws IOException {
        Files.delete(directory.resolve(".unfinished"));
        assertThat(check()).isEmpty();
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("expected a blob store, with the folder ", ".unfinished, found none");
    }

    private Path file(String pattern) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> directory
                            .getFileSystem()
                            .getPathMatcher("glob:" + pattern)
                            .matches(directory.relativize(file)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String check() {
        run = CommandRun.of("blob-check", "--directory", directory.toString());
        return run.out();
    }

    private static GenerateImage request() {
        return SampleRequest.of("r1", "a star", null, List.of(), NOW);
    }
}
