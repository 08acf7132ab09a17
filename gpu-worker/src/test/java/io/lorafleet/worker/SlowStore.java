// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** A store that blocks readers of one key. */
public final class SlowStore extends ForwardingStore {
    private final AtomicReference<String> delayed = new AtomicReference<>();
    private final CountDownLatch release = new CountDownLatch(1);

    public SlowStore(BlobStore store) {
        super(store);
    }

    public AtomicReference<String> delayed() {
        return delayed;
    }

    public CountDownLatch release() {
        return release;
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
        return super.open(key);
    }
}
