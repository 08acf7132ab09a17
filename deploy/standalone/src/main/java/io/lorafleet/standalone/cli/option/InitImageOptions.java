// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for image-to-image generation. */
public final class InitImageOptions {
    @Option(
            names = "--init-image",
            paramLabel = "FILE",
            required = true,
            description = "PNG or JPEG file from which the generation starts, instead of noise. It sets the"
                    + " size of the image, unless --width and --height are given.")
    private Path file;

    @Option(
            names = "--strength",
            paramLabel = "X",
            description =
                    "With --init-image, the share of the steps to run, greater than 0 and up to 1. A lower strength"
                            + " keeps more of the init image. Default: 0.8, or 1 with --mask.")
    private @Nullable Double strength;

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description = "With --init-image, PNG or JPEG file of the same size: white parts are repainted, black"
                    + " parts are kept. An inpainting model needs a mask.")
    private @Nullable Path mask;

    @Option(
            names = "--keep-unmasked",
            description = "With --mask, copies the pixels outside the mask from the init image. Otherwise, they pass"
                    + " through the autoencoder, which changes them slightly.")
    private boolean keepUnmasked;

    public InitImageOptions() {}

    public InitImageOptions(Path file, @Nullable Double strength, @Nullable Path mask) {
        this.file = file;
        this.strength = strength;
        this.mask = mask;
    }

    @Nullable
    public Double strength() {
        return strength;
    }

    /**
     * @return the file content in base64, the format that the gateway accepts
     * @throws FleetException if the file does not exist or is not a PNG or JPEG file
     */
    public String base64() throws IOException {
        return ImageContent.base64("--init-image", file);
    }

    /**
     * @return the content of the mask's file in base64; null if there is no mask
     * @throws FleetException if the file does not exist or is not a PNG or JPEG file
     */
    public @Nullable String mask() throws IOException {
        return mask == null ? null : ImageContent.base64("--mask", mask);
    }

    /** @return null if the option is absent */
    public @Nullable Boolean keepUnmasked() {
        return keepUnmasked ? true : null;
    }
}
