// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Predicate;

/** A store in which writes and deletions of some keys fail for a time. */
public final class FaultyStore extends ForwardingStore {
    private volatile Predicate<String> failing = key -> false;

    public FaultyStore(BlobStore store) {
        super(store);
    }

    /** Makes writes of these keys fail from now on, as on a full disk. */
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
        return super.putIfAbsent(key, content);
    }

    @Override
    public void delete(String key) throws IOException {
        check(key);
        super.delete(key);
    }
}
