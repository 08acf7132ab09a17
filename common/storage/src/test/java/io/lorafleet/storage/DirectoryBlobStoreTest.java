package io.lorafleet.storage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBlobStoreTest extends BlobStoreContract {
    @TempDir
    private Path directory;

    @Test
    void failsWhenAFileStandsWhereAFolderMustBe() throws IOException {
        BlobStore store = newStore();
        store.putIfAbsent("a", new byte[] {1});
        assertThatThrownBy(() -> store.putIfAbsent("a/b", new byte[] {2})).isInstanceOf(IOException.class);
    }

    @Override
    protected BlobStore newStore() throws IOException {
        return new DirectoryBlobStore(directory.resolve("made/on/demand"));
    }
}
