package io.lorafleet.storage;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Blobs as files below one directory, which may be shared by processes and, over a network file system with hard links,
 * by machines. Where each subtree has its own users, the file system keeps to that: what is not finished lies in
 * {@code .unfinished}, which all of them may write in, and a hard link makes it a blob.
 */
public final class DirectoryBlobStore implements BlobStore {
    private static final String MODE = "unix:mode";
    /** Of a mode, without the kind of file: setgid and sticky are among them. */
    private static final int PERMISSIONS = 07777;

    private final Path root;
    private final Path unfinished;

    /** @param root made if it is not there */
    public DirectoryBlobStore(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        this.unfinished = this.root.resolve(".unfinished"); // no key can name it
        Files.createDirectories(unfinished);
    }

    @Override
    public boolean putIfAbsent(String key, InputStream content) throws IOException {
        Path target = path(key);
        if (Files.exists(target)) {
            return false;
        }
        Path aside = unfinished.resolve(UUID.randomUUID().toString());
        try {
            try (OutputStream out = Files.newOutputStream(aside, StandardOpenOption.CREATE_NEW)) {
                content.transferTo(out);
            }
            sync(aside);
            createFolder(target.getParent());
            if (!linkIfAbsent(target, aside)) {
                return false;
            }
            sync(target.getParent());
            return true;
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    /** Makes a folder, and those that it is in. Whoever may write in a folder may write in those below it. */
    private static void createFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        createFolder(folder.getParent());
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(folder)) { // made by another writer just now
                return;
            }
            throw e;
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            Object wanted = Files.getAttribute(folder.getParent(), MODE);
            if (!wanted.equals(Files.getAttribute(folder, MODE))) { // some file systems give all the same one
                Files.setAttribute(folder, MODE, (int) wanted & PERMISSIONS);
            }
        }
    }

    /** A hard link, because a rename would replace what another writer stored in the meantime. */
    private static boolean linkIfAbsent(Path target, Path file) throws IOException {
        try {
            Files.createLink(target, file);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    @Override
    public Optional<InputStream> open(String key) throws IOException {
        Path file = path(key);
        try {
            // Not Files.newInputStream: reading all of that one copies a large file twice, in small pieces.
            return Optional.of(new FileInputStream(file.toFile()));
        } catch (FileNotFoundException e) {
            if (Files.exists(file)) { // it cannot be opened
                throw e;
            }
            return Optional.empty();
        }
    }

    @Override
    public Stream<String> list(String prefix) throws IOException {
        // Only below the folder that all of them are in: the store may hold millions of others.
        Path folder =
                root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1)).normalize();
        if (!folder.startsWith(root) || !Files.isDirectory(folder)) {
            return Stream.empty();
        }
        return Files.walk(folder)
                .filter(file -> !file.startsWith(unfinished) && Files.isRegularFile(file))
                .map(file -> root.relativize(file).toString())
                .filter(key -> key.startsWith(prefix));
    }

    @Override
    public void delete(String key) throws IOException {
        Files.deleteIfExists(path(key));
    }

    private Path path(String key) {
        return root.resolve(InvalidKeyException.check(key));
    }

    /** Forces a file or directory to the disk, so that what is visible survives a loss of power. */
    private static void sync(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot force " + path + " to the disk", e);
        }
    }
}
