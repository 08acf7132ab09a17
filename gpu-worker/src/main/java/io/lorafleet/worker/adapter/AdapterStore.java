package io.lorafleet.worker.adapter;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.checkpoint.CheckpointException;
import io.lorafleet.diffusion.checkpoint.Safetensors;
import io.lorafleet.diffusion.lora.AdapterException;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** Reads adapters from the blob store. Nothing is parsed before its SHA-256 is what the request says. */
final class AdapterStore {
    private final BlobStore blobs;
    private final Map<String, Shape> base;
    private final NDManager owner;

    /**
     * An adapter that was read.
     *
     * @param bytes of its file, about what it takes in memory
     */
    record Loaded(LoraAdapter adapter, long bytes) {}

    AdapterStore(BlobStore blobs, Map<String, Shape> base, NDManager owner) {
        this.blobs = blobs;
        this.base = base;
        this.owner = owner;
    }

    /** @throws UnusableAdapterException if it is missing, damaged, or does not fit the base */
    Loaded load(PinnedAdapter pinned) {
        byte[] file = fetch(pinned);
        String found = sha256(file);
        if (!found.equals(pinned.sha256())) {
            throw new UnusableAdapterException(
                    pinned, "expected weights with SHA-256 " + pinned.sha256() + ", found " + found);
        }
        try {
            return new Loaded(LoraFile.read(Safetensors.of(pinned.toString(), file), base, owner), file.length);
        } catch (AdapterException | CheckpointException e) {
            throw new UnusableAdapterException(pinned, e.getMessage());
        }
    }

    private byte[] fetch(PinnedAdapter pinned) {
        try {
            return blobs.get(BlobKeys.adapter(pinned.sha256()))
                    .orElseThrow(() -> new UnusableAdapterException(
                            pinned,
                            "expected its weights in the blob store under " + BlobKeys.adapter(pinned.sha256())
                                    + ", found nothing"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
