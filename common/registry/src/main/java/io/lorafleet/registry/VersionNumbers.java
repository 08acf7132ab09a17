// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Claims version numbers in the blob store, so that gateways and trainers never give two versions the same number. A
 * claim is a blob that contains the version; the first writer of a number gets it.
 *
 * <p>If a service fails between the claim and the publication, or does not know whether it has published, it repeats the
 * claim and gets the same version again. If it never repeats the claim, the number stays unused: the record may be on
 * the topic, so another version must not get the number.
 */
public final class VersionNumbers {
    private final BlobStore blobs;

    public VersionNumbers(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Claims the number after the last claimed one, or repeats the last claim if it is of the same version.
     *
     * @param draft a version whose number is the lowest that can be free: one more than the highest that the caller has
     *     read
     * @return the draft with its number, or the version of the repeated claim
     */
    public AdapterVersion claim(AdapterVersion draft) throws IOException {
        AdapterVersion last = null;
        AdapterVersion next = draft;
        while (true) {
            String key = BlobKeys.adapterNumber(next.name(), next.version());
            Optional<byte[]> claim = blobs.get(key);
            if (claim.isPresent()) {
                last = read(claim.get());
                next = next.withNumber(next.version() + 1);
            } else if (last != null && isSame(last, draft)) {
                return last;
            } else if (blobs.putIfAbsent(key, Json.write(next))) {
                return next;
            } // otherwise another service has just claimed the number
        }
    }

    /** @return null for a claim in another format, which belongs to somebody else */
    private static @Nullable AdapterVersion read(byte[] claim) {
        try {
            return Json.read(claim, AdapterVersion.class);
        } catch (InvalidMessageException e) {
            return null;
        }
    }

    /** Times and figures may differ: they are measured again. */
    private static boolean isSame(AdapterVersion claimed, AdapterVersion draft) {
        return claimed.sha256().equals(draft.sha256())
                && claimed.kind() == draft.kind()
                && Objects.equals(claimed.guidance(), draft.guidance())
                && Objects.equals(claimed.baseFingerprint(), draft.baseFingerprint())
                && Objects.equals(claimed.lineage(), draft.lineage());
    }
}
