// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.StagedBlob;
import io.lorafleet.storage.StoredBlob;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** A store that forwards all operations to another store. Subclasses change some of them. */
abstract class ForwardingStore implements BlobStore {
    private final BlobStore store;

    ForwardingStore(BlobStore store) {
        this.store = store;
    }

    @Override
    public boolean putIfAbsent(String key, InputStream content) throws IOException {
        return store.putIfAbsent(key, content);
    }

    @Override
    public StagedBlob stage() throws IOException {
        return store.stage();
    }

    @Override
    public Optional<InputStream> open(String key) throws IOException {
        return store.open(key);
    }

    @Override
    public Stream<String> list(String prefix) throws IOException {
        return store.list(prefix);
    }

    @Override
    public Stream<StoredBlob> entries(String prefix) throws IOException {
        return store.entries(prefix);
    }

    @Override
    public Optional<Instant> storedAt(String key) throws IOException {
        return store.storedAt(key);
    }

    @Override
    public void delete(String key) throws IOException {
        store.delete(key);
    }
}
