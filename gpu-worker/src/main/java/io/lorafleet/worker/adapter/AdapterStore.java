// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.diffusion.lora.AdapterException;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.weights.BaseParts;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Loads adapters from the blob store. It verifies the SHA-256 of a file before it parses the file, and rejects adapters
 * that are not compatible with the base.
 */
public final class AdapterStore {
    private final BlobStore blobs;
    private final AdapterCatalog catalog;
    private final BaseModel model;
    private final BaseParts base;
    private final AdapterLimits limits;

    /** @param base weights of the base */
    public AdapterStore(
            BlobStore blobs, AdapterCatalog catalog, BaseModel model, BaseParts base, AdapterLimits limits) {
        this.blobs = blobs;
        this.catalog = catalog;
        this.model = model;
        this.base = base;
        this.limits = limits;
    }

    /**
     * @return the verified adapter
     * @throws UnusableAdapterException if the file is missing, corrupt or too large, or is not compatible with the base
     * @throws UncheckedIOException if the blob store fails
     */
    LoraAdapter load(AdapterWeights weights) {
        PinnedAdapter pinned = weights.pinned();
        catalog.find(pinned).map(AdapterVersion::baseFingerprint).ifPresent(found -> requireBase(pinned, found));
        byte[] file = fetch(pinned);
        String found = Sha256.of(file);
        if (!found.equals(pinned.sha256())) {
            throw UnusableAdapterException.temporary(
                    pinned, "weights: expected SHA-256 " + pinned.sha256() + ", found " + found);
        }
        LoraAdapter adapter = read(weights, file);
        if (adapter.rank() > limits.rank()) {
            throw UnusableAdapterException.permanent(
                    pinned, "rank: expected at most " + limits.rank() + ", found " + adapter.rank());
        }
        return adapter;
    }

    /** @return the weights of the base */
    BaseParts base() {
        return base;
    }

    private void requireBase(PinnedAdapter pinned, String found) {
        if (!found.equals(model.fingerprint())) {
            throw UnusableAdapterException.permanent(
                    pinned,
                    "baseFingerprint: expected " + model.fingerprint() + " (" + model.name() + "), found " + found);
        }
    }

    private byte[] fetch(PinnedAdapter pinned) {
        String key = BlobKeys.adapter(pinned.sha256());
        long most = Math.min(Math.min(limits.hostBytes(), limits.deviceBytes()), Integer.MAX_VALUE - 8L);
        try (InputStream content = blobs.open(key)
                .orElseThrow(() ->
                        UnusableAdapterException.temporary(pinned, "weights: expected blob " + key + ", found none"))) {
            byte[] file = content.readNBytes((int) most);
            if (content.read() >= 0) {
                throw UnusableAdapterException.permanent(
                        pinned, "weights: expected at most " + most + " bytes, found more");
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LoraAdapter read(AdapterWeights weights, byte[] file) {
        try {
            return LoraFile.read(Safetensors.ofAdapter(weights.toString(), file), base, weights.textEncoder());
        } catch (AdapterException | ModelFileException e) {
            throw UnusableAdapterException.permanent(weights.pinned(), String.valueOf(e.getMessage()));
        }
    }
}
