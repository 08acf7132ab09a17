// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerTarTest {
    @TempDir
    Path folder;

    @Test
    void hasTheSameBytesForTheSameFiles() throws IOException {
        Path one = layer("one", List.of("a", "b", "c"), "rw-r--r--", 1_000_000);
        Path two = layer("two", List.of("c", "b", "a"), "rw-------", 2_000_000_000_000L);

        assertThat(one).hasSameBinaryContentAs(two);
    }

    @Test
    void belongsToRootAndKeepsLinksAndExecutables() throws IOException {
        Path root = Files.createDirectories(folder.resolve("root/tmp")).getParent();
        Files.createSymbolicLink(root.resolve("link"), Path.of("/somewhere/else"));
        Files.setPosixFilePermissions(
                Files.writeString(root.resolve("program"), "x"), PosixFilePermissions.fromString("rwx------"));
        Path tar = folder.resolve("layer.tar");

        LayerTar.write(root, tar);

        assertThat(entries(tar))
                .containsExactly(
                        "link 777 0:0 1970 -> /somewhere/else", "program 755 0:0 1970 -> ", "tmp/ 1777 0:0 1970 -> ");
    }

    private Path layer(String name, List<String> files, String mode, long time) throws IOException {
        Path root = Files.createDirectory(folder.resolve(name));
        for (String file : files) {
            Path path = Files.writeString(root.resolve(file), "content of " + file);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
            Files.setLastModifiedTime(path, FileTime.fromMillis(time));
        }
        Path tar = folder.resolve(name + ".tar");
        LayerTar.write(root, tar);
        return tar;
    }

    private static List<String> entries(Path tar) throws IOException {
        List<String> entries = new ArrayList<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(tar))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.add(entry.getName() + " " + Integer.toOctalString(entry.getMode() & 07777) + " "
                        + entry.getLongUserId() + ":" + entry.getLongGroupId() + " "
                        + entry.getLastModifiedTime().toString().substring(0, 4) + " -> " + entry.getLinkName());
            }
        }
        return entries;
    }
}
