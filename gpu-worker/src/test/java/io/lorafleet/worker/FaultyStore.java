// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.StagedBlob;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A store in which operations on some keys fail for a time. */
public final class FaultyStore implements BlobStore {
    private final BlobStore store;
    private volatile Predicate<String> failing = key -> false;

    public FaultyStore(BlobStore store) {
        this.store = store;
    }

    /** Lets writes of these keys fail from now on, as on a full disk. */
    public void failWrites(Predicate<String> keys) {
        failing = keys;
    }

    public void heal() {
        failing = key -> false;
    }

    private void check(String key) throws IOException {
        if (failing.test(key)) {
            throw new IOException("no disk");
        }
    }

    @Override
    public boolean putIfAbsent(String key, InputStream content) throws IOException {
        check(key);
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
        check(key);
        store.delete(key);
    }
}
