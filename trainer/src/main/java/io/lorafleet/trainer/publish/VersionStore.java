// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.VersionNumbers;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.time.Instant;

/** Writes the file of a new version to the blob store, and claims its version number. */
public final class VersionStore {
    private final BlobStore blobs;
    private final VersionNumbers numbers;

    public VersionStore(BlobStore blobs) {
        this.blobs = blobs;
        this.numbers = new VersionNumbers(blobs);
    }

    /**
     * An adapter that passed the quality gate.
     *
     * @param file the adapter as safetensors
     * @param rank the largest rank of any layer
     */
    public record TrainedAdapter(byte[] file, int rank, Figures figures) {}

    /**
     * Stores an adapter. Repeated calls with the same file and lineage return the same record.
     *
     * @param lastNumber the adapter's highest version number
     */
    public AdapterEvent.Version store(
            AdapterVersion parent, Lineage lineage, int lastNumber, TrainedAdapter adapter, Instant now)
            throws IOException {
        String sha256 = Sha256.of(adapter.file());
        blobs.putOrRepair(BlobKeys.adapter(sha256), adapter.file());
        return numbers.claim(new AdapterVersion(
                parent.name(),
                lastNumber + 1,
                sha256,
                adapter.file().length,
                adapter.rank(),
                parent.baseFingerprint(),
                parent.kind(),
                parent.guidance(),
                now,
                null,
                lineage,
                adapter.figures(),
                null,
                parent.samplingDefaults(),
                null));
    }
}
