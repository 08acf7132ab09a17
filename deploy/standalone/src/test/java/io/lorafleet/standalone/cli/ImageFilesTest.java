// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.standalone.FleetException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFilesTest {
    @TempDir
    private Path folder;

    @Test
    void oneImageGetsTheNameAsItIs() {
        assertThat(new ImageFiles(folder.resolve("star.png")).file(0, 1)).isEqualTo(folder.resolve("star.png"));
    }

    @Test
    void severalImagesAreNumberedFromZero() {
        ImageFiles files = new ImageFiles(folder.resolve("red.star.png"));

        assertThat(files.file(0, 3)).isEqualTo(folder.resolve("red.star-0.png"));
        assertThat(files.file(2, 3)).isEqualTo(folder.resolve("red.star-2.png"));
    }

    @Test
    void aBareNameLiesInTheCurrentFolder() {
        assertThat(new ImageFiles(Path.of("star.png")).file(0, 1))
                .isEqualTo(Path.of("star.png").toAbsolutePath());
    }

    @Test
    void refusesAFolderThatDoesNotExist() {
        Path missing = folder.resolve("missing");

        assertThatThrownBy(() -> new ImageFiles(missing.resolve("star.png")))
                .isInstanceOf(FleetException.class)
                .hasMessage("--output: folder not found: " + missing);
    }

    @Test
    void refusesAnotherFormat() {
        assertThatThrownBy(() -> new ImageFiles(folder.resolve("star.jpg")))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("ends in .png, found star.jpg");
    }
}
