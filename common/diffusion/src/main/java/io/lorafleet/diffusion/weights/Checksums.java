// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The checksums of model files. A folder may have a {@code SHA256SUMS} file in the format of {@code sha256sum}; the
 * files listed there are verified before they are read.
 */
public final class Checksums {
    /** Name of the file with the checksums. */
    public static final String FILE = "SHA256SUMS";

    private static final String LINE = "[0-9a-f]{64} [ *].+";
    private static final int NAME_START = 66;

    private Checksums() {}

    /**
     * Verifies the folder, if it has a {@code SHA256SUMS} file.
     *
     * @throws ModelFileException if a listed file is missing or has a different checksum
     */
    public static void verify(Path folder) {
        Path sums = folder.resolve(FILE);
        if (!Files.isRegularFile(sums)) {
            return;
        }
        read(folder).forEach((name, sha256) -> verify(folder.resolve(name), sha256));
    }

    /**
     * Verifies the file, if its folder has a {@code SHA256SUMS} file that lists it.
     *
     * @throws ModelFileException if the file is missing or has a different checksum
     */
    public static void verifyIfListed(Path file) {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent(), "a file is in a folder");
        if (!Files.isRegularFile(folder.resolve(FILE))) {
            return;
        }
        String sha256 = read(folder).get(file.getFileName().toString());
        if (sha256 != null) {
            verify(file, sha256);
        }
    }

    /**
     * Reads the folder's {@code SHA256SUMS} file.
     *
     * @return the SHA-256 of each file, in hexadecimal, by the file's path in the folder, in the order in which {@code
     *     SHA256SUMS} lists the files
     * @throws ModelFileException if the folder has no {@code SHA256SUMS}, or if this file lists no files or a file
     *     outside the folder
     */
    public static Map<String, String> read(Path folder) {
        Path sums = folder.resolve(FILE);
        Map<String, String> read = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(sums)) {
                if (!line.matches(LINE)) {
                    throw new ModelFileException(
                            sums + ": expected lines with a SHA-256 and a file name, found another line");
                }
                String name = line.substring(NAME_START);
                if (!folder.resolve(name).normalize().startsWith(folder.normalize())) {
                    throw new ModelFileException(sums + ": expected files in the folder, found " + name);
                }
                read.put(name, line.substring(0, 64));
            }
        } catch (NoSuchFileException e) {
            throw new ModelFileException(sums + ": expected a file with checksums, found none", e);
        } catch (IOException e) {
            throw new ModelFileException(sums + ": cannot be read: " + e, e);
        }
        if (read.isEmpty()) {
            throw new ModelFileException(sums + ": expected lines with a SHA-256 and a file name, found none");
        }
        return read;
    }

    /**
     * Verifies one file.
     *
     * @param expected SHA-256 in hexadecimal
     * @throws ModelFileException if the file is missing or has a different checksum
     */
    public static void verify(Path file, String expected) {
        String found = Files.isRegularFile(file) ? sha256(List.of(file)) : "no such file";
        if (!found.equals(expected)) {
            throw new ModelFileException(file + ": expected SHA-256 " + expected + ", found " + found);
        }
    }

    /** @return the SHA-256 of the concatenated files, in hexadecimal */
    public static String sha256(List<Path> files) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha256);
            for (Path file : files) {
                try (InputStream in = Files.newInputStream(file)) {
                    in.transferTo(out);
                }
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform does not support SHA-256", e);
        } catch (IOException e) {
            throw new ModelFileException(files + ": cannot be read: " + e, e);
        }
    }
}
