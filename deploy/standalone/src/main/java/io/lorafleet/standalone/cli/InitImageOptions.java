// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The image to draw over, and how strongly. The second only with the first. */
final class InitImageOptions {
    /** How PNG and JPEG files begin. */
    private static final List<byte[]> SIGNATURES =
            List.of(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, new byte[] {(byte) 0xFF, (byte) 0xD8});

    @Option(
            names = "--init-image",
            paramLabel = "FILE",
            required = true,
            description = "A PNG or JPEG to draw over, instead of beginning with nothing but noise. It gives the image"
                    + " its size, or is resized to --width and --height.")
    private Path file;

    @Option(
            names = "--strength",
            paramLabel = "X",
            description =
                    "With --init-image: the share of the steps that are made, above 0 to 1. The lower, the more of"
                            + " the image stays. Default: 0.8.")
    private @Nullable Double strength;

    InitImageOptions() {}

    InitImageOptions(Path file, @Nullable Double strength) {
        this.file = file;
        this.strength = strength;
    }

    @Nullable
    Double strength() {
        return strength;
    }

    /**
     * @return the file as the gateway takes it
     * @throws FleetException if there is no such file, or it is no PNG or JPEG
     */
    String base64() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new FleetException("--init-image: there is no file " + file);
        }
        byte[] content = Files.readAllBytes(file);
        if (SIGNATURES.stream().noneMatch(signature -> startsWith(content, signature))) {
            throw new FleetException("--init-image: expected a PNG or JPEG, found another kind of file in " + file);
        }
        return Base64.getEncoder().encodeToString(content);
    }

    private static boolean startsWith(byte[] content, byte[] signature) {
        return content.length >= signature.length
                && Arrays.equals(content, 0, signature.length, signature, 0, signature.length);
    }
}
