// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A directory on the gateway's own disk from which adapters may be loaded. Nothing outside of it is ever read. */
public final class AdapterDirectory {
    private static final String DIFFUSERS_FILE = "pytorch_lora_weights.safetensors";
    private static final String SUFFIX = ".safetensors";

    private final Path root;

    public AdapterDirectory(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** What a path leads to. */
    public sealed interface Found {
        /**
         * @param path without symbolic links
         * @param content to be closed
         */
        record File(Path path, SeekableByteChannel content) implements Found {}

        record Nothing() implements Found {}

        /** It could not be used, or must not be. */
        record Refused(String expected, String found) implements Found {}
    }

    /**
     * Finds an adapter's file, and opens it.
     *
     * @param path of a safetensors file, or of a folder that holds one: absolute, or relative to this directory
     */
    public Found open(String path) throws IOException {
        Path named;
        try {
            named = root.resolve(path).normalize();
        } catch (InvalidPathException e) {
            return new Found.Refused("a path", "characters that no path has");
        }
        try {
            // Looked at as it is written first, so that nobody learns what there is outside.
            return named.startsWith(root) ? at(named) : outside();
        } catch (NoSuchFileException e) {
            return new Found.Nothing();
        } catch (AccessDeniedException e) {
            return new Found.Refused("a file that this gateway may read", "one that it may not");
        } catch (FileSystemException e) { // Java has no types of their own for these
            return new Found.Refused(
                    "a path that leads somewhere", "one that is too long, leads through a file, or goes in circles");
        }
    }

    private Found at(Path named) throws IOException {
        Path real = named.toRealPath();
        if (!real.startsWith(root.toRealPath())) {
            return outside();
        }
        if (Files.isDirectory(real)) {
            return in(real);
        }
        return Files.isRegularFile(real) && named.toString().endsWith(SUFFIX)
                ? new Found.File(real, openBelow(root.toRealPath(), real))
                : new Found.Refused("a file *" + SUFFIX + ", or a folder with one", "something else");
    }

    private Found in(Path folder) throws IOException {
        Path ofDiffusers = folder.resolve(DIFFUSERS_FILE);
        if (Files.exists(ofDiffusers)) {
            return file(ofDiffusers);
        }
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> files =
                    entries.filter(entry -> entry.toString().endsWith(SUFFIX)).toList();
            if (files.size() > 1) {
                return new Found.Refused(
                        DIFFUSERS_FILE + " in the folder, or only one file *" + SUFFIX, files.size() + " of them");
            }
            return files.isEmpty() ? new Found.Nothing() : file(files.get(0));
        }
    }

    /** A file in a folder may be a symbolic link, too. */
    private Found file(Path entry) throws IOException {
        return Files.isDirectory(entry)
                ? new Found.Refused("a file " + entry.getFileName(), "a folder of that name")
                : at(entry);
    }

    /**
     * Opens what was looked at, though somebody may have put a link in its place since then: goes down folder by folder,
     * and through no link.
     */
    static SeekableByteChannel openBelow(Path folder, Path file) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            if (entries instanceof SecureDirectoryStream<Path> here) { // as on Linux and macOS
                return openBelow(here, folder.relativize(file));
            }
        }
        return Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    private static SeekableByteChannel openBelow(SecureDirectoryStream<Path> folder, Path file) throws IOException {
        if (file.getNameCount() == 1) {
            try {
                return folder.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
            } catch (FileSystemException e) {
                throw e;
            } catch (IOException e) { // which the JDK throws for a link
                throw new FileSystemException(file.toString(), null, e.getMessage());
            }
        }
        try (SecureDirectoryStream<Path> next = folder.newDirectoryStream(file.getName(0), LinkOption.NOFOLLOW_LINKS)) {
            return openBelow(next, file.subpath(1, file.getNameCount()));
        }
    }

    private static Found outside() {
        return new Found.Refused("a path below the gateway's adapter directory", "one that leads out of it");
    }
}
