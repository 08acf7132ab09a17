// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.client.ImageFormat;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where and how a command saves images. */
public final class ImageFileOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "File or folder for the image. An existing FILE is replaced; files in a folder are not. Several"
                            + " images are saved as FILE-0, FILE-1 and so on. The extension (.png, .jpg, .webp) sets"
                            + " the format. Default: a new file in the current folder, named after the prompt.")
    private @Nullable Path output;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "Format of the images: ${COMPLETION-CANDIDATES}. Only PNG files contain the settings of the"
                    + " generation. Default: the format of the extension, or png.")
    private @Nullable ImageFormat format;

    @Option(
            names = "--quality",
            paramLabel = "N",
            description = "Quality of JPEG and WebP files, 0 to 100. Default: set by the gateway.")
    private @Nullable Integer quality;

    public @Nullable Path output() {
        return output;
    }

    public @Nullable ImageFormat format() {
        return format;
    }

    public @Nullable Integer quality() {
        return quality;
    }
}
