// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DebianPackageTest {
    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void createRoot() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
    }

    @Test
    void unpacksTheWantedFilesAndLinks() throws IOException {
        Path file = new TinyPackage()
                .file("./usr/lib/libtiny.so.1.2", 0644, "library")
                .link("./usr/lib/libtiny.so.1", "libtiny.so.1.2")
                .file("./usr/bin/tiny", 0755, "program")
                .file("./usr/share/man/tiny.1", 0644, "manual")
                .write(folder.resolve("tiny.deb"));

        DebianPackage debian = DebianPackage.open(file);
        debian.unpack(root, path -> !path.startsWith("usr/share/man/"));

        assertThat(debian.field("Version")).isEqualTo("1:2.0-1");
        assertThat(root.resolve("usr/lib/libtiny.so.1")).isSymbolicLink().hasContent("library");
        assertThat(root.resolve("usr/bin/tiny")).isExecutable();
        assertThat(root.resolve("usr/share")).doesNotExist();
    }

    @Test
    void refusesPathsOutsideThePackage() throws IOException {
        Path file = new TinyPackage().file("./../outside", 0644, "x").write(folder.resolve("tiny.deb"));

        DebianPackage debian = DebianPackage.open(file);

        assertThatThrownBy(() -> debian.unpack(root, path -> true))
                .hasMessageContaining("expected paths inside the package, found ../outside");
        assertThat(folder.resolve("outside")).doesNotExist();
    }

    @Test
    void doesNotFollowLinksOutOfThePackage() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path file = new TinyPackage()
                .link("./etc", outside.toString())
                .file("./etc/passwd", 0644, "x")
                .write(folder.resolve("tiny.deb"));

        DebianPackage debian = DebianPackage.open(file);

        assertThatThrownBy(() -> debian.unpack(root, path -> true)).hasMessageContaining("found one through a link");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void refusesFilesThatAreNotPackages() throws IOException {
        Path file = Files.writeString(folder.resolve("tiny.deb"), "<html>not found</html>");

        assertThatThrownBy(() -> DebianPackage.open(file)).isInstanceOf(IOException.class);
    }
}
