// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.StagedBlob;
import java.io.IOException;
import java.io.InputStream;
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
    public void delete(String key) throws IOException {
        store.delete(key);
    }
}
