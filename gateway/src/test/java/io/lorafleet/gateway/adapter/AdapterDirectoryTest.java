package io.lorafleet.gateway.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.adapter.AdapterDirectory.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterDirectoryTest {
    private static final Found OUTSIDE =
            new Found.Refused("a path below the gateway's adapter directory", "one that leads out of it");

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

    @Test
    void findsAFileByItsPathOrItsPathBelowTheDirectory() throws IOException {
        Path ink = file(root.resolve("ink.safetensors"));
        assertThat(directory.find("ink.safetensors")).isEqualTo(new Found.File(ink));
        assertThat(directory.find(ink.toString())).isEqualTo(new Found.File(ink));
    }

    @Test
    void findsTheOneFileOfAFolder() throws IOException {
        Path ink = file(root.resolve("ink/any.safetensors"));
        file(root.resolve("ink/README.md"));
        assertThat(directory.find("ink")).isEqualTo(new Found.File(ink));
    }

    @Test
    void prefersTheFileThatDiffusersWrites() throws IOException {
        Path ink = file(root.resolve("ink/pytorch_lora_weights.safetensors"));
        file(root.resolve("ink/checkpoint.safetensors"));
        assertThat(directory.find("ink")).isEqualTo(new Found.File(ink));
    }

    @Test
    void refusesAFolderThatLeavesAChoice() throws IOException {
        file(root.resolve("ink/a.safetensors"));
        file(root.resolve("ink/b.safetensors"));
        assertThat(directory.find("ink"))
                .isEqualTo(new Found.Refused(
                        "pytorch_lora_weights.safetensors in the folder, or only one file *.safetensors", "2 of them"));
    }

    @Test
    void followsALinkThatStaysInside() throws IOException {
        Path ink = file(root.resolve("ink/1.safetensors"));
        Files.createSymbolicLink(root.resolve("latest"), root.resolve("ink"));
        assertThat(directory.find("latest")).isEqualTo(new Found.File(ink));
    }

    @Test
    void worksBelowADirectoryThatIsALinkItself() throws IOException {
        Path ink = file(root.resolve("ink.safetensors"));
        Path link = Files.createSymbolicLink(outside.resolve("link"), root);
        assertThat(new AdapterDirectory(link)
                        .find(link.resolve("ink.safetensors").toString()))
                .isEqualTo(new Found.File(ink));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside/secret.safetensors", "..", "a/../../outside", "/etc/passwd", "../nothing"})
    void refusesAPathThatLeadsOutOfIt(String path) throws IOException {
        assertThat(directory.find(path)).isEqualTo(OUTSIDE);
    }

    @Test
    void refusesALinkThatLeadsOutOfIt() throws IOException {
        Files.createSymbolicLink(root.resolve("file.safetensors"), outside.resolve("secret.safetensors"));
        Files.createSymbolicLink(root.resolve("folder"), outside);
        Files.createDirectory(root.resolve("inner"));
        Files.createSymbolicLink(root.resolve("inner/a.safetensors"), outside.resolve("secret.safetensors"));
        assertThat(directory.find("file.safetensors")).isEqualTo(OUTSIDE);
        assertThat(directory.find("folder")).isEqualTo(OUTSIDE);
        assertThat(directory.find("folder/secret.safetensors")).isEqualTo(OUTSIDE);
        assertThat(directory.find("inner")).isEqualTo(OUTSIDE);
    }

    @Test
    void findsNothingWhereNothingIs() throws IOException {
        Files.createDirectory(root.resolve("empty"));
        Files.createSymbolicLink(root.resolve("dangling"), root.resolve("gone"));
        assertThat(directory.find("missing.safetensors")).isEqualTo(new Found.Nothing());
        assertThat(directory.find("empty")).isEqualTo(new Found.Nothing());
        assertThat(directory.find("dangling")).isEqualTo(new Found.Nothing());
    }

    @Test
    void refusesWhatIsNoSafetensorsFile() throws IOException {
        file(root.resolve("notes.txt"));
        Files.createDirectories(root.resolve("odd/folder.safetensors"));
        assertThat(directory.find("notes.txt")).isInstanceOf(Found.Refused.class);
        assertThat(directory.find("odd")).isInstanceOf(Found.Refused.class);
        assertThat(directory.find("nul\0")).isInstanceOf(Found.Refused.class);
    }

    private static Path file(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        return Files.createFile(path);
    }
}
