// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A format of image files. The gateway stores PNG files and converts them on request. */
public enum ImageFormat {
    /** Contains the settings of the generation in text chunks. */
    PNG("png"),
    JPEG("jpg", "jpeg"),
    WEBP("webp");

    private final List<String> extensions;

    ImageFormat(String... extensions) {
        this.extensions = List.of(extensions);
    }

    /** @return the extension for new files, without the dot */
    public String extension() {
        return extensions.get(0);
    }

    /** @return the format of a file with this name, if the extension is known */
    public static Optional<ImageFormat> ofFile(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.extensions.stream().anyMatch(extension -> lower.endsWith("." + extension)))
                .findFirst();
    }

    /** @return all extensions, for messages */
    public static String allExtensions() {
        return Arrays.stream(values())
                .flatMap(format -> format.extensions.stream())
                .map(extension -> "." + extension)
                .collect(Collectors.joining(", "));
    }

    /** @return the name in the gateway's API */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
