// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.ImageFormat;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files for images. If the user names a file, it is replaced: {@code star.png}, or {@code star-0.png}, {@code
 * star-1.png} and so on. Otherwise, the files have names from the prompts, such as {@code a-large-red-star.png}, and no
 * existing file is replaced.
 *
 * @param folder absolute path of the folder
 * @param file name of the file; null for names from the prompts
 * @param quality quality of JPEG and WebP files, 0 to 100; null for the gateway's default
 */
record ImageFiles(
        Path folder,
        @Nullable String file,
        ImageFormat format,
        @Nullable Integer quality) {
    private static final int LONGEST_STEM = 40;

    /**
     * Checks the options.
     *
     * @param output file or folder; null for the current folder
     * @param format null for the format of the file's extension, or PNG
     * @throws FleetException if the images cannot be written to these files
     */
    static ImageFiles of(@Nullable Path output, @Nullable ImageFormat format, @Nullable Integer quality) {
        boolean isFolder =
                output == null || Files.isDirectory(output) || output.toString().endsWith(File.separator);
        Path path = (output == null ? Path.of("") : output).toAbsolutePath();
        String file = isFolder ? null : path.getFileName().toString();
        ImageFormat chosen = file == null ? format == null ? ImageFormat.PNG : format : ofFile(file, format);
        if (quality != null && (quality < 0 || quality > 100)) {
            throw new FleetException("--quality: expected 0 to 100, found " + quality);
        }
        if (quality != null && chosen == ImageFormat.PNG) {
            throw new FleetException("--quality: expected a JPEG or WebP file, found PNG, which is lossless");
        }
        Path folder = isFolder ? path : Objects.requireNonNull(path.getParent(), "no parent folder");
        if (!Files.isDirectory(folder)) {
            throw new FleetException("--output: folder not found: " + folder);
        }
        if (!Files.isWritable(folder)) {
            throw new FleetException("--output: the folder " + folder + " is not writable");
        }
        return new ImageFiles(folder, file, chosen, quality);
    }

    private static ImageFormat ofFile(String file, @Nullable ImageFormat format) {
        ImageFormat named = ImageFormat.ofFile(file)
                .orElseThrow(() -> new FleetException("--output: expected a folder, or a name that ends in "
                        + ImageFormat.allExtensions() + ", found " + file));
        if (format != null && format != named) {
            throw new FleetException("--format: expected " + named + ", the format of " + file + ", found " + format);
        }
        return named;
    }

    /**
     * Writes an image.
     *
     * @param stem name of the file without extension, if the user has not named a file
     * @param index index of the image in its generation
     * @param count number of images of the generation
     * @return the file, relative to the current folder if it is in this folder
     */
    Path write(String stem, int index, int count, byte[] image) throws IOException {
        String suffix = count == 1 ? "" : "-" + index;
        if (file != null) {
            int dot = file.lastIndexOf('.');
            Path named = folder.resolve(file.substring(0, dot) + suffix + file.substring(dot));
            Files.write(named, image);
            return shown(named);
        }
        for (int copy = 1; ; copy++) {
            String number = copy == 1 ? "" : "-" + copy;
            Path path = folder.resolve(stem + suffix + number + "." + format.extension());
            try {
                return shown(Files.write(path, image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            } catch (FileAlreadyExistsException e) {
                // The next number is tried.
            }
        }
    }

    private static Path shown(Path path) {
        Path current = Path.of("").toAbsolutePath();
        return path.startsWith(current) ? current.relativize(path) : path;
    }

    /** @return the start of the prompt as a file name: lower-case letters, digits and hyphens */
    static String stem(String prompt) {
        String words = prompt.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-");
        int[] start = words.codePoints().limit(LONGEST_STEM).toArray();
        String stem = new String(start, 0, start.length).replaceAll("^-|-$", "");
        return stem.isEmpty() ? "image" : stem;
    }
}
