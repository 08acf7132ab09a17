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
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** A directory on the gateway's disk from which adapters can be loaded. Files outside the directory are never read. */
public final class AdapterDirectory {
    private static final String DIFFUSERS_FILE = "pytorch_lora_weights.safetensors";
    private static final String SUFFIX = ".safetensors";

    private final Path root;

    public AdapterDirectory(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** The result of a lookup. */
    public sealed interface Found {
        /** Applies the function for this kind of result. Callers must handle every kind. */
        <R> R match(Function<File, R> file, Function<Nothing, R> nothing, Function<Refused, R> refused);

        /**
         * The file was found.
         *
         * @param path path of the file, without symbolic links
         * @param content content of the file; the caller closes the channel
         */
        record File(Path path, SeekableByteChannel content) implements Found {
            @Override
            public <R> R match(Function<File, R> file, Function<Nothing, R> nothing, Function<Refused, R> refused) {
                return file.apply(this);
            }
        }

        record Nothing() implements Found {
            @Override
            public <R> R match(Function<File, R> file, Function<Nothing, R> nothing, Function<Refused, R> refused) {
                return nothing.apply(this);
            }
        }

        /** The file is unusable or forbidden. */
        record Refused(String expected, String found) implements Found {
            @Override
            public <R> R match(Function<File, R> file, Function<Nothing, R> nothing, Function<Refused, R> refused) {
                return refused.apply(this);
            }
        }
    }

    /**
     * Finds and opens an adapter's file.
     *
     * @param path path of a safetensors file, or of a folder that contains one; absolute, or relative to this directory
     */
    public Found open(String path) throws IOException {
        Path named;
        try {
            named = root.resolve(path).normalize();
        } catch (InvalidPathException e) {
            return new Found.Refused("a valid path", "invalid characters");
        }
        try {
            // Checked before any file access, so that responses do not reveal which files exist outside the directory.
            return named.startsWith(root) ? at(named) : outside();
        } catch (NoSuchFileException e) {
            return new Found.Nothing();
        } catch (AccessDeniedException e) {
            return new Found.Refused("a file that the gateway can read", "permission denied");
        } catch (FileSystemException e) { // Java has no more specific exceptions
            return new Found.Refused(
                    "a path to a file or folder",
                    "a path that is too long, has a file as a parent, or contains a symbolic link loop");
        }
    }

    /** @param file a file in the same folder as one that was found @return its content; empty if there is no such file */
    Optional<SeekableByteChannel> openSibling(Path file) throws IOException {
        Path below = root.toRealPath();
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(openBelow(below, file))
                : Optional.empty();
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
                : new Found.Refused("a *" + SUFFIX + " file or a folder that contains one", "another kind of file");
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
                        DIFFUSERS_FILE + " in the folder, or a single *" + SUFFIX + " file", files.size() + " files");
            }
            return files.isEmpty() ? new Found.Nothing() : file(files.get(0));
        }
    }

    /** The entry may be a symbolic link to a file outside the directory. */
    private Found file(Path entry) throws IOException {
        return Files.isDirectory(entry)
                ? new Found.Refused("a file " + entry.getFileName(), "a folder with that name")
                : at(entry);
    }

    /**
     * Opens the file by descending one folder at a time, without following links, in case a symbolic link has replaced
     * part of the path since the check.
     */
    static SeekableByteChannel openBelow(Path folder, Path file) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            if (entries instanceof SecureDirectoryStream<Path> here) { // true on Linux and macOS
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
            } catch (IOException e) { // the JDK throws this for a symbolic link
                throw new FileSystemException(file.toString(), null, e.getMessage());
            }
        }
        try (SecureDirectoryStream<Path> next = folder.newDirectoryStream(file.getName(0), LinkOption.NOFOLLOW_LINKS)) {
            return openBelow(next, file.subpath(1, file.getNameCount()));
        }
    }

    private static Found outside() {
        return new Found.Refused("a path inside the gateway's adapter directory", "a path outside that directory");
    }
}
