// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.Fleet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModelCheckCommandTest {
    /** {@code printf weights | sha256sum} */
    private static final String SHA256 = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c";

    @TempDir
    Path folder;

    private final StringWriter errors = new StringWriter();
    private Path model;
    private Path copy;

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.createDirectories(folder.resolve("model/unet")).getParent();
        copy = Files.createDirectory(folder.resolve("copy"));
        Files.writeString(model.resolve("unet/weights"), "weights");
        Files.writeString(model.resolve("SHA256SUMS"), SHA256 + "  unet/weights\n");
    }

    @Test
    void acceptsAWholeModel() {
        assertThat(check()).isZero();
    }

    @Test
    void namesADamagedFile() throws IOException {
        Files.writeString(model.resolve("unet/weights"), "wrights");

        assertThat(check()).isOne();
        assertThat(errors).asString().contains("unet/weights: expected SHA-256 " + SHA256 + ", found ");
    }

    @Test
    void refusesAModelWithoutChecksums() throws IOException {
        Files.delete(model.resolve("SHA256SUMS"));

        assertThat(check()).isOne();
        assertThat(errors).asString().contains("SHA256SUMS: expected a file with checksums, found none");
    }

    @Test
    void refusesFilesOutsideTheModel() throws IOException {
        Files.writeString(model.resolve("SHA256SUMS"), SHA256 + "  ../other\n");

        assertThat(check("--copy-to", copy.toString())).isOne();
        assertThat(errors).asString().contains("expected files in the folder, found ../other");
    }

    @Test
    void copiesTheFilesThatAreMissingOrDamaged() throws IOException {
        Files.createDirectory(copy.resolve("unet"));
        Files.writeString(copy.resolve("unet/weights"), "old");

        assertThat(check("--copy-to", copy.toString())).isZero();

        assertThat(copy.resolve("unet/weights")).hasContent("weights");
        assertThat(copy.resolve("SHA256SUMS")).exists();
        assertThat(copy.resolve(".unfinished")).doesNotExist();
    }

    @Test
    void refusesACopyOfADamagedModel() throws IOException {
        Files.writeString(model.resolve("unet/weights"), "wrights");

        assertThat(check("--copy-to", copy.toString())).isOne();
    }

    private int check(String... more) {
        CommandLine fleet = Fleet.commandLine().setErr(new PrintWriter(errors, true));
        String[] first = {"model", "check", "--directory", model.toString()};
        return fleet.execute(Stream.of(first, more).flatMap(Stream::of).toArray(String[]::new));
    }
}
