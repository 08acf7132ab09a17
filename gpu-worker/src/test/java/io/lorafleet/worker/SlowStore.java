// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.StagedBlob;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** A store that blocks readers of one key. */
public record SlowStore(BlobStore store, AtomicReference<String> delayed, CountDownLatch release) implements BlobStore {
    public SlowStore(BlobStore store) {
        this(store, new AtomicReference<>(), new CountDownLatch(1));
    }

    @Override
    public Optional<InputStream> open(String key) throws IOException {
        if (key.equals(delayed.get())) {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        return store.open(key);
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
    public Stream<String> list(String prefix) throws IOException {
        return store.list(prefix);
    }

    @Override
    public void delete(String key) throws IOException {
        store.delete(key);
    }
}
