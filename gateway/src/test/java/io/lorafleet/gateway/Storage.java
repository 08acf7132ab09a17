// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.gateway.storage.StorageAllowance;
import io.lorafleet.storage.BlobStore;
import java.time.Clock;

/** Blob stores for tests. */
public final class Storage {
    private Storage() {}

    public static ClientBlobs unlimited(BlobStore blobs) {
        Clock clock = Clock.systemUTC();
        return new ClientBlobs(blobs, () -> Long.MAX_VALUE, 0, new StorageAllowance(Long.MAX_VALUE, clock), clock);
    }
}
