// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lorafleet.gateway.adapter.AdapterDirectory.Found;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterDirectoryTest {
    private static final Found OUTSIDE =
            new Found.Refused("a path inside the gateway's adapter directory", "a path outside that directory");

    private Path outside;
    private Path root;
    private AdapterDirectory directory;

    @BeforeEach
    void makeFiles(@TempDir Path folder) throws IOException {
        outside = Files.createDirectories(folder.toRealPath().resolve("outside"));
        root = Files.createDirectories(folder.toRealPath().resolve("adapters"));
        file(outside.resolve("secret.safetensors"));
        directory = new AdapterDirectory(root);
    }

    /** @return the result of the lookup, or the path of the file that was found; the file is closed */
    private static Object found(AdapterDirectory directory, String path) throws IOException {
        Found found = directory.open(path);
        if (found instanceof Found.File file) {
            file.content().close();
            return file.path();
        }
        return found;
    }

    @Test
    void findsAFileByItsPathOrItsPathBelowTheDirectory() throws IOException {
        Path ink = file(root.resolve("ink.safetensors"));
        assertThat(found(directory, "ink.safetensors")).isEqualTo(ink);
        assertThat(found(directory, ink.toString())).isEqualTo(ink);
    }

    @Test
    void findsTheOneFileOfAFolder() throws IOException {
        Path ink = file(root.resolve("ink/any.safetensors"));
        file(root.resolve("ink/README.md"));
        assertThat(found(directory, "ink")).isEqualTo(ink);
    }

    @Test
    void prefersTheFileThatDiffusersWrites() throws IOException {
        Path ink = file(root.resolve("ink/pytorch_lora_weights.safetensors"));
        file(root.resolve("ink/checkpoint.safetensors"));
        assertThat(found(directory, "ink")).isEqualTo(ink);
    }

    @Test
    void refusesAFolderThatLeavesAChoice() throws IOException {
        file(root.resolve("ink/a.safetensors"));
        file(root.resolve("ink/b.safetensors"));
        assertThat(found(directory, "ink"))
                .isEqualTo(new Found.Refused(
                        "pytorch_lora_weights.safetensors in the folder, or a single *.safetensors file", "2 files"));
    }

    @Test
    void followsALinkThatStaysInside() throws IOException {
        Path ink = file(root.resolve("ink/1.safetensors"));
        Files.createSymbolicLink(root.resolve("latest"), root.resolve("ink"));
        assertThat(found(directory, "latest")).isEqualTo(ink);
    }

    @Test
    void worksBelowADirectoryThatIsALinkItself() throws IOException {
        Path ink = file(root.resolve("ink.safetensors"));
        Path link = Files.createSymbolicLink(outside.resolve("link"), root);
        assertThat(found(
                        new AdapterDirectory(link),
                        link.resolve("ink.safetensors").toString()))
                .isEqualTo(ink);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside/secret.safetensors", "..", "a/../../outside", "/etc/passwd", "../nothing"})
    void refusesAPathThatLeadsOutOfIt(String path) throws IOException {
        assertThat(found(directory, path)).isEqualTo(OUTSIDE);
    }

    @Test
    void refusesALinkThatLeadsOutOfIt() throws IOException {
        Files.createSymbolicLink(root.resolve("file.safetensors"), outside.resolve("secret.safetensors"));
        Files.createSymbolicLink(root.resolve("folder"), outside);
        Files.createDirectory(root.resolve("inner"));
        Files.createSymbolicLink(root.resolve("inner/a.safetensors"), outside.resolve("secret.safetensors"));
        assertThat(found(directory, "file.safetensors")).isEqualTo(OUTSIDE);
        assertThat(found(directory, "folder")).isEqualTo(OUTSIDE);
        assertThat(found(directory, "folder/secret.safetensors")).isEqualTo(OUTSIDE);
        assertThat(found(directory, "inner")).isEqualTo(OUTSIDE);
    }

    @Test
    void findsNothingInAnEmptyFolder() throws IOException {
        Files.createDirectory(root.resolve("empty"));
        Files.createSymbolicLink(root.resolve("dangling"), root.resolve("gone"));
        assertThat(found(directory, "missing.safetensors")).isEqualTo(new Found.Nothing());
        assertThat(found(directory, "empty")).isEqualTo(new Found.Nothing());
        assertThat(found(directory, "dangling")).isEqualTo(new Found.Nothing());
    }

    @Test
    void refusesWhatIsNoSafetensorsFile() throws IOException {
        file(root.resolve("notes.txt"));
        Files.createDirectories(root.resolve("odd/folder.safetensors"));
        assertThat(found(directory, "notes.txt")).isInstanceOf(Found.Refused.class);
        assertThat(found(directory, "odd")).isInstanceOf(Found.Refused.class);
        assertThat(found(directory, "nul\0")).isInstanceOf(Found.Refused.class);
    }

    @Test
    void refusesAPathThatLeadsNowhere() throws IOException {
        Found nowhere = new Found.Refused(
                "a path to a file or folder",
                "a path that is too long, has a file as a parent, or contains a symbolic link loop");
        file(root.resolve("file"));
        Files.createSymbolicLink(root.resolve("there"), root.resolve("back"));
        Files.createSymbolicLink(root.resolve("back"), root.resolve("there"));
        assertThat(found(directory, "there")).isEqualTo(nowhere);
        assertThat(found(directory, "file/ink.safetensors")).isEqualTo(nowhere);
        assertThat(found(directory, "n".repeat(300) + ".safetensors")).isEqualTo(nowhere);
        assertThat(found(directory, "a/".repeat(3000) + "ink.safetensors")).isEqualTo(new Found.Nothing());
    }

    @Test
    void refusesWhatItMayNotRead() throws IOException {
        Path secret = file(root.resolve("ink.safetensors"));
        Path folder = Files.createDirectory(root.resolve("folder"));
        Files.setPosixFilePermissions(secret, Set.of());
        Files.setPosixFilePermissions(folder, Set.of());
        assumeThat(Files.isReadable(secret)).as("root may read everything").isFalse();
        Found refused = new Found.Refused("a file that the gateway can read", "permission denied");
        assertThat(found(directory, "ink.safetensors")).isEqualTo(refused);
        assertThat(found(directory, "folder")).isEqualTo(refused);
    }

    @Test
    void opensTheCheckedFileAndNoLinkInItsPlace() throws IOException {
        Path ink = file(root.resolve("styles/ink.safetensors"));
        Files.move(root.resolve("styles"), root.resolve("moved"));
        Files.createSymbolicLink(root.resolve("styles"), outside);
        file(outside.resolve("ink.safetensors"));
        assertThatThrownBy(() -> AdapterDirectory.openBelow(root, ink)).isInstanceOf(FileSystemException.class);
        Path link = Files.createSymbolicLink(root.resolve("a.safetensors"), outside.resolve("secret.safetensors"));
        assertThatThrownBy(() -> AdapterDirectory.openBelow(root, link)).isInstanceOf(FileSystemException.class);
    }

    private static Path file(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        return Files.createFile(path);
    }
}
