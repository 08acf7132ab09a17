// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Reads the image files that options name. */
final class ImageContent {
    /** The first bytes of PNG and JPEG files. */
    private static final List<byte[]> SIGNATURES =
            List.of(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, new byte[] {(byte) 0xFF, (byte) 0xD8});

    private ImageContent() {}

    /**
     * @param option name of the option, for messages
     * @return the file content in base64, the format that the gateway accepts
     * @throws FleetException if the file does not exist or is not a PNG or JPEG file
     */
    static String base64(String option, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new FleetException(option + ": file not found: " + file);
        }
        byte[] content = Files.readAllBytes(file);
        if (SIGNATURES.stream().noneMatch(signature -> startsWith(content, signature))) {
            throw new FleetException(option + ": expected a PNG or JPEG file, found another format in " + file);
        }
        return Base64.getEncoder().encodeToString(content);
    }

    private static boolean startsWith(byte[] content, byte[] signature) {
        return content.length >= signature.length
                && Arrays.equals(content, 0, signature.length, signature, 0, signature.length);
    }
}
