// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.adapter;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One immutable version of an adapter: of a LoRA, or of an embedding. The record's key is {@code name@version}.
 *
 * @param name adapter name
 * @param version version number, starting at 1; each new version of the adapter gets the next number
 * @param sha256 SHA-256 of the safetensors file, which is stored in the blob store under {@link BlobKeys#adapter}
 * @param sizeBytes size of the safetensors file, in bytes
 * @param rank largest rank of any layer; 0 for an embedding, which changes no layer
 * @param baseFingerprint {@link WorkerStatus.BaseModel#fingerprint} of the base that the adapter was made for; null if
 *     unknown
 * @param kind purpose of the adapter
 * @param guidance guidance scale with which a student was distilled; null for a style
 * @param createdAt time of publication
 * @param retiredAt time after which new requests can no longer use the version; null if it is not retired
 * @param lineage origin of a trained version; null for an uploaded version
 * @param figures quality compared with the parent; null if not measured
 * @param textEncoder what happens to the file's tensors for a text encoder; null if it has none
 * @param samplingDefaults sampling that the author prescribes; null for none
 * @param embedding the word that the file's vectors stand for; null if the file has updates of layers
 */
public record AdapterVersion(
        String name,
        int version,
        String sha256,
        long sizeBytes,
        int rank,
        @Nullable String baseFingerprint,
        Kind kind,
        @Nullable Double guidance,
        Instant createdAt,
        @Nullable Instant retiredAt,
        @Nullable Lineage lineage,
        @Nullable Figures figures,
        @Nullable TextEncoder textEncoder,
        @Nullable SamplingDefaults samplingDefaults,
        @Nullable Embedding embedding) {

    /** The use of a file's tensors for a text encoder. */
    public enum TextEncoder {
        /** They are applied when prompts are encoded. */
        @JsonProperty("applied")
        APPLIED,
        /** They are not applied: the adapter changes the UNet alone. */
        @JsonProperty("ignored")
        IGNORED
    }

    /** The purpose of an adapter. */
    public enum Kind {
        /** A student, which needs only one UNet evaluation per step to produce the guided result. */
        @JsonProperty("student")
        STUDENT,
        /** Any other LoRA adapter, which runs with guidance, like the base. */
        @JsonProperty("style")
        STYLE
    }

    public AdapterVersion {
        Check.id("name", name);
        Check.range("version", 1, Integer.MAX_VALUE, version);
        Check.sha256("sha256", sha256);
        Check.range("sizeBytes", 1, Long.MAX_VALUE, sizeBytes);
        Check.range("rank", embedding == null ? 1 : 0, embedding == null ? Integer.MAX_VALUE : 0, rank);
        if (baseFingerprint != null) {
            Check.sha256("baseFingerprint", baseFingerprint);
        }
        Check.present("kind", kind);
        if (kind == Kind.STUDENT) {
            // At a scale of 1, the teacher is unguided, so there is nothing to distill.
            Check.range(
                    "guidance",
                    Math.nextUp(1.0),
                    GenerateImage.MAX_GUIDANCE_SCALE,
                    Check.present("guidance", guidance));
        } else if (guidance != null) {
            throw new IllegalArgumentException("guidance: expected none for a style adapter, found " + guidance);
        }
        if (kind == Kind.STUDENT && samplingDefaults != null && samplingDefaults.guidanceScale() != null) {
            throw new IllegalArgumentException("guidanceScale: expected none for a student, whose guidance replaces it,"
                    + " found " + samplingDefaults.guidanceScale());
        }
        if (embedding != null && kind == Kind.STUDENT) {
            throw new IllegalArgumentException("kind: expected style for an embedding, found student");
        }
        if (embedding != null && textEncoder != TextEncoder.APPLIED) {
            throw new IllegalArgumentException(
                    "textEncoder: expected applied for an embedding, which changes nothing else, found " + textEncoder);
        }
        Check.present("createdAt", createdAt);
    }

    /** Creates an uploaded version without tensors for a text encoder. It has neither lineage nor figures. */
    public AdapterVersion(
            String name,
            int version,
            String sha256,
            long sizeBytes,
            int rank,
            @Nullable String baseFingerprint,
            Kind kind,
            @Nullable Double guidance,
            Instant createdAt,
            @Nullable Instant retiredAt) {
        this(
                name,
                version,
                sha256,
                sizeBytes,
                rank,
                baseFingerprint,
                kind,
                guidance,
                createdAt,
                retiredAt,
                null,
                null,
                null,
                null,
                null);
    }

    /** @return whether the version was made for the base with this fingerprint, or for an unknown base */
    public boolean isFor(String fingerprint) {
        return baseFingerprint == null || baseFingerprint.equals(fingerprint);
    }

    /** @return the same version with a different number */
    public AdapterVersion withNumber(int number) {
        return copy(number, retiredAt);
    }

    /** @return the same version, retired at this time */
    public AdapterVersion retired(Instant at) {
        return copy(version, at);
    }

    private AdapterVersion copy(int number, @Nullable Instant retirement) {
        return new AdapterVersion(
                name,
                number,
                sha256,
                sizeBytes,
                rank,
                baseFingerprint,
                kind,
                guidance,
                createdAt,
                retirement,
                lineage,
                figures,
                textEncoder,
                samplingDefaults,
                embedding);
    }

    /** @return whether the version changes a text encoder */
    public boolean changesText() {
        return textEncoder == TextEncoder.APPLIED;
    }

    /** @return the reference that requests contain */
    public PinnedAdapter pinned() {
        return new PinnedAdapter(name, version, sha256);
    }
}
