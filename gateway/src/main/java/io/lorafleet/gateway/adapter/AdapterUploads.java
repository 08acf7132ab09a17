package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

/** Takes in adapter files: checks them, stores them by their content and publishes them as new versions. */
public final class AdapterUploads {
    private final AdapterRegistry registry;
    private final AdapterLog log;
    private final BlobStore blobs;
    private final long maxBytes;
    private final Clock clock;

    public AdapterUploads(AdapterRegistry registry, AdapterLog log, BlobStore blobs, long maxBytes, Clock clock) {
        this.registry = registry;
        this.log = log;
        this.blobs = blobs;
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
            Optional<String> fault = SafetensorsHeader.fault(aside);
            return fault.isPresent()
                    ? new Upload.Refused(fault.get())
                    : publish(name, kind, guidance, aside, HexFormat.of().formatHex(sha256.digest()));
        } finally {
            Files.delete(aside);
        }
    }

    /** One at a time, so that two uploads to this gateway do not get the same number. */
    private synchronized Upload publish(
            String name, AdapterVersion.Kind kind, Double guidance, Path file, String sha256) throws IOException {
        Optional<AdapterVersion> newest = registry.newest(name);
        if (newest.isPresent() && isSame(newest.get(), kind, guidance, sha256)) {
            return new Upload.Unchanged(newest.get());
        }
        int number = newest.map(AdapterVersion::version).orElse(0) + 1;
        AdapterVersion version;
        try {
            version = new AdapterVersion(name, number, sha256, Files.size(file), kind, guidance, clock.instant());
        } catch (IllegalArgumentException e) {
            return new Upload.Refused(e.getMessage());
        }
        try (InputStream content = Files.newInputStream(file)) {
            blobs.putIfAbsent(BlobKeys.adapter(sha256), content);
        }
        log.write(version);
        registry.apply(version);
        return new Upload.Published(version);
    }

    private static boolean isSame(AdapterVersion newest, AdapterVersion.Kind kind, Double guidance, String sha256) {
        return newest.sha256().equals(sha256) && newest.kind() == kind && Objects.equals(newest.guidance(), guidance);
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
