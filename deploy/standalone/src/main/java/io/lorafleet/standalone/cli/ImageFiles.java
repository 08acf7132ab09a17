// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.FleetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The files for a generation's images: {@code star.png}, or {@code star-0.png}, {@code star-1.png} and so on. */
record ImageFiles(Path output) {

    /** @throws FleetException if the images cannot be written to these files */
    ImageFiles {
        output = output.toAbsolutePath();
        if (!output.toString().endsWith(".png")) {
            throw new FleetException("--output: expected a name that ends in .png, found " + output.getFileName());
        }
        Path folder = Objects.requireNonNull(output.getParent(), "no parent folder");
        if (!Files.isDirectory(folder)) {
            throw new FleetException("--output: folder not found: " + folder);
        }
        if (!Files.isWritable(folder)) {
            throw new FleetException("--output: the folder " + folder + " is not writable");
        }
    }

    Path file(int index, int count) {
        if (count == 1) {
            return output;
        }
        String name = output.getFileName().toString();
        String stem = name.substring(0, name.length() - ".png".length());
        return output.resolveSibling(stem + "-" + index + ".png");
    }
}
