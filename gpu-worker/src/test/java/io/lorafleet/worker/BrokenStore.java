// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.StagedBlob;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.stream.Stream;

/** A store that fails on every call. */
public final class BrokenStore implements BlobStore {
    @Override
    public boolean putIfAbsent(String key, InputStream content) throws IOException {
        throw new IOException("no disk");
    }

    @Override
    public StagedBlob stage() throws IOException {
        throw new IOException("no disk");
    }

    @Override
    public Optional<InputStream> open(String key) throws IOException {
        throw new IOException("no disk");
    }

    @Override
    public Stream<String> list(String prefix) throws IOException {
        throw new IOException("no disk");
    }

    @Override
    public void delete(String key) throws IOException {
        throw new IOException("no disk");
    }
}
