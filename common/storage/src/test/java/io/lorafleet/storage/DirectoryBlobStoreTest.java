package io.lorafleet.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBlobStoreTest extends BlobStoreContract {
    @TempDir
    private Path directory;

    @Override
    protected BlobStore newStore() throws IOException {
        return new DirectoryBlobStore(directory.resolve("made/on/demand"));
    }
}
