package io.lorafleet.gateway.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
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
        /** @param path without symbolic links */
        record File(Path path) implements Found {}

        record Nothing() implements Found {}

        /** It could not be used, or must not be. */
        record Refused(String expected, String found) implements Found {}
    }

    /**
     * Finds an adapter's file.
     *
     * @param path of a safetensors file, or of a folder that holds one: absolute, or relative to this directory
     */
    public Found find(String path) throws IOException {
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
                ? new Found.File(real)
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

    private static Found outside() {
        return new Found.Refused("a path below the gateway's adapter directory", "one that leads out of it");
    }
}
