package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.WorkerStatus.BaseModel;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

/**
 * Takes in adapter files: checks them, stores them by their content and publishes them as new versions.
 *
 * <p>Whoever puts a version's number into the blob store first has it, so that gateways never give one number twice. A
 * number whose publishing failed is lost.
 */
public final class AdapterUploads {
    private final AdapterRegistry registry;
    private final AdapterLog log;
    private final BlobStore blobs;
    private final ModelDirectory models;
    private final long maxBytes;
    private final Clock clock;

    public AdapterUploads(
            AdapterRegistry registry,
            AdapterLog log,
            BlobStore blobs,
            ModelDirectory models,
            long maxBytes,
            Clock clock) {
        this.registry = registry;
        this.log = log;
        this.blobs = blobs;
        this.models = models;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /**
     * Makes the file the newest version of the adapter.
     *
     * @param guidance for a student, the scale that it was distilled at; else null
     * @param safetensors read to its end, or to the limit; not closed
     */
    public Upload upload(String name, AdapterVersion.Kind kind, Double guidance, InputStream safetensors)
            throws IOException {
        // Aside first: the blob's key is the hash of all its bytes.
        Path aside = Files.createTempFile("lorafleet-adapter-", ".safetensors");
        try {
            MessageDigest sha256 = Sha256.newDigest();
            try (OutputStream out = new DigestOutputStream(Files.newOutputStream(aside), sha256)) {
                if (!copy(safetensors, out)) {
                    return new Upload.TooLarge(maxBytes);
                }
            }
            SafetensorsHeader.Look look = SafetensorsHeader.look(aside);
            if (look instanceof SafetensorsHeader.Look.Fault fault) {
                return new Upload.Refused(fault.reason());
            }
            int rank = ((SafetensorsHeader.Look.Lora) look).rank();
            AdapterVersion draft;
            try {
                draft = draft(name, kind, guidance, aside, sha256, rank);
            } catch (IllegalArgumentException e) {
                return new Upload.Refused(e.getMessage());
            }
            return publish(draft, aside);
        } finally {
            Files.delete(aside);
        }
    }

    /** @return the version, with the lowest number that it may have */
    private AdapterVersion draft(
            String name, AdapterVersion.Kind kind, Double guidance, Path file, MessageDigest sha256, int rank)
            throws IOException {
        if (models.isBase(name)) {
            throw new IllegalArgumentException("name: expected none that stands for the base model, found " + name);
        }
        return new AdapterVersion(
                name,
                1 + registry.find(name).map(Adapter::lastNumber).orElse(0),
                HexFormat.of().formatHex(sha256.digest()),
                Files.size(file),
                rank,
                models.current().map(BaseModel::fingerprint).orElse(null),
                kind,
                guidance,
                clock.instant(),
                null);
    }

    private Upload publish(AdapterVersion draft, Path file) throws IOException {
        Optional<AdapterVersion> newest = registry.find(draft.name()).flatMap(Adapter::newest);
        if (newest.isPresent() && isSame(newest.get(), draft)) {
            return new Upload.Unchanged(newest.get());
        }
        try (InputStream content = Files.newInputStream(file)) {
            blobs.putIfAbsent(BlobKeys.adapter(draft.sha256()), content);
        }
        AdapterVersion version = numbered(draft, claimNumber(draft));
        log.write(version);
        registry.apply(version);
        return new Upload.Published(version);
    }

    private int claimNumber(AdapterVersion draft) throws IOException {
        byte[] claim = draft.sha256().getBytes(StandardCharsets.US_ASCII); // for people who look into the store
        int number = draft.version();
        while (!blobs.putIfAbsent(BlobKeys.adapterNumber(draft.name(), number), claim)) {
            number++; // another gateway's, of which this one has not read yet
        }
        return number;
    }

    private static AdapterVersion numbered(AdapterVersion draft, int number) {
        return new AdapterVersion(
                draft.name(),
                number,
                draft.sha256(),
                draft.sizeBytes(),
                draft.rank(),
                draft.baseFingerprint(),
                draft.kind(),
                draft.guidance(),
                draft.createdAt(),
                null);
    }

    private static boolean isSame(AdapterVersion newest, AdapterVersion draft) {
        boolean isForAnotherBase = newest.baseFingerprint() != null
                && draft.baseFingerprint() != null
                && !newest.baseFingerprint().equals(draft.baseFingerprint());
        return newest.sha256().equals(draft.sha256())
                && newest.kind() == draft.kind()
                && Objects.equals(newest.guidance(), draft.guidance())
                && !isForAnotherBase;
    }

    /** @return false if the source is longer than the limit */
    private boolean copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long copied = 0;
        for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
            copied += read;
            if (copied > maxBytes) {
                return false;
            }
            to.write(buffer, 0, read);
        }
        return true;
    }
}
