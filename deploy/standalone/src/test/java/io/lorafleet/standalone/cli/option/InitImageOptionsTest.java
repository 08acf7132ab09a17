// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.standalone.Fleet;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;

class InitImageOptionsTest {
    @TempDir
    private Path folder;

    @Test
    void givesTheFileInBase64() throws IOException {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 1, 2};
        Path file = Files.write(folder.resolve("star.png"), png);

        assertThat(Base64.getDecoder().decode(new InitImageOptions(file, null, null).base64()))
                .isEqualTo(png);
    }

    @Test
    void refusesAFileThatIsNotThere() {
        Path missing = folder.resolve("missing.png");

        assertThatThrownBy(() -> new InitImageOptions(missing, null, null).base64())
                .isInstanceOf(FleetException.class)
                .hasMessage("--init-image: file not found: " + missing);
    }

    @Test
    void refusesAFileThatIsNoImage() throws IOException {
        Path text = Files.write(folder.resolve("star.txt"), "a star".getBytes(UTF_8));

        assertThatThrownBy(() -> new InitImageOptions(text, null, null).base64())
                .isInstanceOf(FleetException.class)
                .hasMessage("--init-image: expected a PNG or JPEG file, found another format in " + text);
    }

    @Test
    void givesTheMaskInBase64() throws IOException {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 3, 4};
        Path file = Files.write(folder.resolve("mask.png"), png);
        Path missing = folder.resolve("missing.png");

        assertThat(Base64.getDecoder().decode(new InitImageOptions(file, null, file).mask()))
                .isEqualTo(png);
        assertThat(new InitImageOptions(file, null, null).mask()).isNull();
        assertThatThrownBy(() -> new InitImageOptions(file, null, missing).mask())
                .isInstanceOf(FleetException.class)
                .hasMessage("--mask: file not found: " + missing);
    }

    @Test
    void refusesStrengthWithoutAnImage() {
        CommandLine fleet = Fleet.commandLine(CommandRun.NO_SETTINGS);

        assertThatThrownBy(() -> fleet.parseArgs("generate", "a star", "-o", "star.png", "--strength", "0.5"))
                .isInstanceOf(MissingParameterException.class)
                .hasMessageContaining("--init-image=FILE");
    }
}
