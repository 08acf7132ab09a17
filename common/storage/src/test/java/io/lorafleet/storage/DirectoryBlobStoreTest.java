// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBlobStoreTest extends BlobStoreContract {
    @TempDir
    private Path directory;

    @Test
    void failsWhenAFileIsInPlaceOfAFolder() throws IOException {
        BlobStore store = newStore();
        store.putIfAbsent("a", new byte[] {1});
        assertThatThrownBy(() -> store.putIfAbsent("a/b", new byte[] {2})).isInstanceOf(IOException.class);
    }

    @Test
    void removesOldUnfinishedFilesAtStartup() throws IOException {
        newStore();
        Path unfinished = directory.resolve("made/on/demand/.unfinished");
        Path old = Files.createFile(unfinished.resolve("old"));
        Path underway = Files.createFile(unfinished.resolve("underway"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        newStore();
        assertThat(old).doesNotExist();
        assertThat(underway).exists();
    }

    @Test
    void storesNothingOnAFullDisk() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 1 << 20)) {
            BlobStore store = new DirectoryBlobStore(disk.path());
            store.putIfAbsent("small", new byte[1000]);
            assertThatThrownBy(() -> store.putIfAbsent("large", new byte[2 << 20]))
                    .isInstanceOf(StorageFullException.class)
                    .hasMessage("the blob store is full");
            assertThat(store.get("large")).isEmpty();
            assertThat(disk.path().resolve(".unfinished")).isEmptyDirectory();
            assertThat(store.putIfAbsent("medium", new byte[500_000])).isTrue();
        }
    }

    /** Otherwise, a blob could be incomplete or absent after a power failure, although a record refers to it. */
    @Test
    void forcesTheContentToDiskBeforeAKeyRefersToItAndThenTheKey() throws IOException {
        List<String> forced = new ArrayList<>();
        Path blob = directory.resolve("folder/key");
        BlobStore store = new DirectoryBlobStore(
                directory,
                path -> forced.add((Files.isDirectory(path) ? path.getFileName() : Files.readString(path))
                        + (Files.exists(blob) ? ", published: " + Files.readString(blob) : ", unpublished")));
        store.putIfAbsent("folder/key", "first".getBytes(UTF_8));
        assertThat(forced).containsExactly("first, unpublished", "folder, published: first");
        forced.clear();
        store.putOrRepair("folder/key", "second".getBytes(UTF_8));
        assertThat(forced).containsExactly("second, published: first", "folder, published: second");
    }

    /** A request that finds its adapter or init image absent fails, but one that cannot read it waits. */
    @Test
    void doesNotReportABlobAsAbsentWhileTheFolderIsNotMounted() throws IOException {
        BlobStore store = newStore();
        store.putIfAbsent("a/b", new byte[] {1});
        Path folder = directory.resolve("made/on/demand");
        Path away = Files.move(folder, directory.resolve("away"));
        assertFails(store);
        Files.createDirectory(folder); // the mount point
        assertFails(store);
        Files.delete(folder);
        Files.move(away, folder);
        assertThat(store.get("a/b")).contains(new byte[] {1});
        assertThat(store.get("a/c")).isEmpty();
    }

    private void assertFails(BlobStore store) {
        Path expected = directory.resolve("made/on/demand/.unfinished");
        String message = "blob store: expected folder " + expected + ", found none; is it mounted?";
        assertThatThrownBy(() -> store.open("a/b"))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> store.list("a/"))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> store.putIfAbsent("a/b", new byte[] {2}))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
    }

    @Test
    void doesNotReportABlobAsAbsentIfItCannotBeRead() throws IOException {
        BlobStore store = newStore();
        Path loop = directory.resolve("made/on/demand/loop");
        Files.createSymbolicLink(loop, loop);
        assertThatThrownBy(() -> store.get("loop")).isInstanceOf(IOException.class);
    }

    @Override
    protected BlobStore newStore() throws IOException {
        return new DirectoryBlobStore(directory.resolve("made/on/demand"));
    }
}
