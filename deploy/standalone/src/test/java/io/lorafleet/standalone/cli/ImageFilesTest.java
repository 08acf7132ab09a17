// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageFilesTest {
    @TempDir
    private Path folder;

    @Test
    void oneImageHasTheNamedFileAndReplacesIt() throws IOException {
        Path star = Files.writeString(folder.resolve("star.png"), "old");

        ImageFiles.of(star, null, null).write("unused", 0, 1, new byte[] {'n', 'e', 'w'});

        assertThat(star).hasContent("new");
    }

    @Test
    void severalImagesAreNumbered() throws IOException {
        ImageFiles files = ImageFiles.of(folder.resolve("star.webp"), null, null);

        assertThat(files.write("unused", 0, 2, new byte[1])).isEqualTo(folder.resolve("star-0.webp"));
        assertThat(files.write("unused", 1, 2, new byte[1])).isEqualTo(folder.resolve("star-1.webp"));
    }

    @Test
    void severalImagesNamedAfterThePromptAreNumberedToo() throws IOException {
        ImageFiles files = ImageFiles.of(folder, null, null);

        assertThat(files.write("a-star", 1, 2, new byte[1])).isEqualTo(folder.resolve("a-star-1.png"));
        assertThat(files.write("a-star", 1, 2, new byte[1])).isEqualTo(folder.resolve("a-star-1-2.png"));
    }

    @Test
    void theFolderMustExist() {
        Path missing = folder.resolve("missing");

        assertThatThrownBy(() -> ImageFiles.of(missing.resolve("star.png"), null, null))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("folder not found: " + missing);
        assertThatThrownBy(() -> ImageFiles.of(Path.of(folder + "/missing/"), null, null))
                .isInstanceOf(FleetException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'A large, RED star!', a-large-red-star",
        "'  ..  ', image",
        "'../../etc/passwd', etc-passwd",
        "'ein größerer Stern', ein-größerer-stern",
        "'one two three four five six seven eight nine ten', one-two-three-four-five-six-seven-eight",
    })
    void namesComeFromTheStartOfThePrompt(String prompt, String stem) {
        assertThat(ImageFiles.stem(prompt)).isEqualTo(stem);
    }
}
