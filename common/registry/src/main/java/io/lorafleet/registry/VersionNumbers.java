// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Claims version numbers in the blob store, so that gateways and trainers never give two versions the same number. A
 * claim is a blob that contains the version; the number goes to the first writer.
 *
 * <p>If a service fails between claiming and publishing, or does not know whether it has published, it retries the
 * claim and gets the same version again. If it never retries, the number stays reserved: the record may already be in
 * the topic, so no other version may get the number.
 */
public final class VersionNumbers {
    private final BlobStore blobs;

    public VersionNumbers(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Claims the number after the last claimed one, or returns the last claim if that was for the same version.
     *
     * @param draft a version whose number is the lowest that may be free: one more than the highest number that the
     *     caller has read
     * @return the record to publish: the draft with its number, or the version in the last claim
     */
    public AdapterEvent.Version claim(AdapterVersion draft) throws IOException {
        AdapterEvent.Version last = null;
        AdapterVersion next = draft;
        while (true) {
            String key = BlobKeys.adapterNumber(next.name(), next.version());
            Optional<byte[]> claim = blobs.get(key);
            if (claim.isPresent()) {
                last = read(claim.get());
                next = next.withNumber(next.version() + 1);
            } else if (last != null && isSame(last.version(), draft)) {
                return last;
            } else if (blobs.putIfAbsent(key, Json.write(next))) {
                return new AdapterEvent.Version(next, LaterFields.NONE);
            } // otherwise, another service has just claimed the number
        }
    }

    /** @return the claimed version; null if the claim is in another format and therefore was not made for the draft */
    private static AdapterEvent.@Nullable Version read(byte[] claim) {
        try {
            return AdapterEvent.readVersion(claim);
        } catch (InvalidMessageException e) {
            return null;
        }
    }

    /** Ignores the publication time and the figures, which can differ in a retry. */
    private static boolean isSame(AdapterVersion claimed, AdapterVersion draft) {
        return claimed.sha256().equals(draft.sha256())
                && claimed.kind() == draft.kind()
                && Objects.equals(claimed.guidance(), draft.guidance())
                && Objects.equals(claimed.baseFingerprint(), draft.baseFingerprint())
                && Objects.equals(claimed.lineage(), draft.lineage());
    }
}
