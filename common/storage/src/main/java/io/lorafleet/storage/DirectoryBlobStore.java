// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A blob store in a directory. Several processes can share the directory. Several machines can share it if it is on a
 * network file system that supports hard links. Unfinished files are in {@code .unfinished}; a hard link publishes a
 * file under its key, and a rename replaces a damaged file. If the services run as separate users, file permissions
 * control who can write to each subtree; all services need write permission in {@code .unfinished}.
 */
public final class DirectoryBlobStore implements BlobStore {
    private static final Duration LEFT_OVER_AFTER = Duration.ofDays(1);
    private static final int COPIED_AT_ONCE = 1 << 16;
    private static final String MODE = "unix:mode";
    /** The permission bits of a mode, including setuid, setgid and sticky but not the file type. */
    private static final int PERMISSIONS = 07777;

    private final Path root;
    private final Path unfinished;
    private final Disk disk;

    /** The disk of the store. */
    interface Disk {
        /** Forces a file or directory to disk, so that visible blobs survive a power failure. */
        void sync(Path path) throws IOException;
    }

    /**
     * Opens a store and removes unfinished files older than a day.
     *
     * @param root store directory, created if it does not exist
     */
    public DirectoryBlobStore(Path root) throws IOException {
        this(root, DirectoryBlobStore::sync);
    }

    DirectoryBlobStore(Path root, Disk disk) throws IOException {
        this.disk = disk;
        this.root = root.toAbsolutePath().normalize();
        this.unfinished = this.root.resolve(".unfinished"); // not a valid key
        Files.createDirectories(unfinished);
        removeLeftovers();
    }

    /** Removes the unfinished files of killed processes. Other processes may be writing at the same time. */
    private void removeLeftovers() throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(LEFT_OVER_AFTER));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(unfinished)) {
            for (Path file : files) {
                try {
                    if (Files.getLastModifiedTime(file).compareTo(old) < 0) {
                        Files.delete(file);
                    }
                } catch (IOException e) {
                    // published or removed in the meantime, or owned by another user
                }
            }
        }
    }

    @Override
    public boolean putIfAbsent(String key, InputStream content) throws IOException {
        if (!isAbsent(path(key))) {
            return false;
        }
        try (StagedBlob staged = stage()) {
            byte[] buffer = new byte[COPIED_AT_ONCE];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                staged.write(buffer, 0, read);
            }
            return staged.commit(key);
        }
    }

    @Override
    public StagedBlob stage() throws IOException {
        return new StagedFile();
    }

    /** An unfinished file, which is not visible under any key. */
    private final class StagedFile implements StagedBlob {
        private final Path file = unfinished.resolve(UUID.randomUUID().toString());
        private final OutputStream out;
        private long bytes;

        StagedFile() throws IOException {
            try {
                out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
            } catch (IOException e) {
                throw asStorageFull(e);
            }
        }

        @Override
        public void write(byte[] content, int offset, int length) throws IOException {
            try {
                out.write(content, offset, length);
                bytes += length;
            } catch (IOException e) {
                throw asStorageFull(e);
            }
        }

        @Override
        public long bytesWritten() {
            return bytes;
        }

        @Override
        public boolean commit(String key) throws IOException {
            Path target = path(key);
            try {
                out.close();
                disk.sync(file);
                createFolder(folderOf(target));
                if (!linkIfAbsent(target, file)) {
                    return false;
                }
                disk.sync(folderOf(target));
                return true;
            } catch (IOException e) {
                throw asStorageFull(e);
            }
        }

        @Override
        public void replace(String key) throws IOException {
            Path target = path(key);
            try {
                out.close();
                disk.sync(file);
                createFolder(folderOf(target));
                Files.move(file, target, StandardCopyOption.ATOMIC_MOVE); // on POSIX, replaces the target
                disk.sync(folderOf(target));
            } catch (IOException e) {
                throw asStorageFull(e);
            }
        }

        @Override
        public void close() throws IOException {
            try (out) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * @return a {@link StorageFullException} if the disk is full, otherwise the failure itself. Java has no exception
     *     type for a full disk
     */
    private IOException asStorageFull(IOException failure) throws IOException {
        boolean isFull = Files.getFileStore(root).getUsableSpace() < COPIED_AT_ONCE
                || String.valueOf(failure.getMessage()).contains("No space left on device");
        return isFull ? new StorageFullException(failure) : failure;
    }

    /** Creates a folder and its parents. Each new folder inherits its parent's permissions. */
    private static void createFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        createFolder(folderOf(folder));
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(folder)) { // created by another writer
                return;
            }
            throw e;
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            Object wanted = Files.getAttribute(folderOf(folder), MODE);
            if (!wanted.equals(Files.getAttribute(folder, MODE))) { // some file systems have fixed permissions
                Files.setAttribute(folder, MODE, (int) wanted & PERMISSIONS);
            }
        }
    }

    /** @return the parent folder of a path that is not the file system's root */
    private static Path folderOf(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    /** Creates a hard link, because a rename would replace a concurrent writer's blob. */
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
            // readAllBytes() on a stream from Files.newInputStream would copy a large file twice, in small pieces.
            return Optional.of(new FileInputStream(file.toFile()));
        } catch (FileNotFoundException e) { // also if the file exists but cannot be opened
            if (isAbsent(file)) {
                return Optional.empty();
            }
            return Optional.of(new FileInputStream(file.toFile())); // stored in the meantime, or fails again
        }
    }

    /**
     * @return true if the file does not exist
     * @throws IOException if this cannot be determined, because the file system fails or is not mounted. {@link
     *     Files#exists} would return false
     */
    private boolean isAbsent(Path file) throws IOException {
        try {
            Files.readAttributes(file, BasicFileAttributes.class);
            return false;
        } catch (NoSuchFileException e) {
            if (!Files.isDirectory(unfinished)) {
                throw new IOException("blob store: expected folder " + unfinished + ", found none; is it mounted?");
            }
            return true;
        }
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    public Stream<StoredBlob> entries(String prefix) throws IOException {
        return list(prefix).flatMap(this::entry);
    }

    /** @return the blob; empty if it has been deleted since it was listed */
    private Stream<StoredBlob> entry(String key) {
        try {
            BasicFileAttributes file = Files.readAttributes(root.resolve(key), BasicFileAttributes.class);
            return Stream.of(
                    new StoredBlob(key, file.size(), file.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<Instant> storedAt(String key) throws IOException {
        Path file = path(key);
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (NoSuchFileException e) {
            if (isAbsent(file)) {
                return Optional.empty();
            }
            return Optional.of(Files.getLastModifiedTime(file).toInstant()); // stored in the meantime
        }
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    public Stream<String> list(String prefix) throws IOException {
        // List only the common parent folder, because the store may contain millions of other blobs.
        Path folder =
                root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1)).normalize();
        if (!folder.startsWith(root) || isAbsent(folder) || !Files.isDirectory(folder)) {
            return Stream.empty();
        }
        return Files.list(folder)
                .flatMap(this::filesIn)
                .map(file -> root.relativize(file).toString())
                .filter(key -> key.startsWith(prefix));
    }

    /**
     * @return the file itself, or all files in a folder and its subfolders. Unlike {@link Files#walk}, this tolerates
     *     concurrent deletion
     */
    @SuppressWarnings("StreamResourceLeak") // flatMap closes it
    private Stream<Path> filesIn(Path path) {
        if (path.startsWith(unfinished)) {
            return Stream.empty();
        }
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return Files.isRegularFile(path) ? Stream.of(path) : Stream.empty();
        }
        try {
            return Files.list(path).flatMap(this::filesIn);
        } catch (NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        Files.deleteIfExists(path(key));
    }

    private Path path(String key) {
        return root.resolve(InvalidKeyException.check(key));
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
