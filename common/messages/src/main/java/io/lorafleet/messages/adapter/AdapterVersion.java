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
 * A version of a LoRA adapter that requests may use. The record's key is {@code name@version}.
 *
 * @param version from 1, one more with each version of that name
 * @param sha256 of the safetensors file, which lies in the blob store under {@link BlobKeys#adapter}
 * @param rank the largest of its layers' ranks
 * @param baseFingerprint the base model that it is for, as {@link WorkerStatus.BaseModel#fingerprint}; null if unknown
 * @param guidance for a student, the guidance scale that it was distilled at; else null
 * @param retiredAt since when no new request may use it; null while they may
 * @param lineage what the trainer made it from; null for one that was uploaded
 * @param figures how good it is beside its parent; null if that was not measured
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
        @Nullable Figures figures) {

    /** What an adapter is for. */
    public enum Kind {
        /** Learned the guided result: runs without guidance, one UNet evaluation a step. */
        @JsonProperty("student")
        STUDENT,
        /** A plain LoRA: runs under guidance as the base does. */
        @JsonProperty("style")
        STYLE
    }

    public AdapterVersion {
        Check.id("name", name);
        Check.range("version", 1, Integer.MAX_VALUE, version);
        Check.sha256("sha256", sha256);
        Check.range("sizeBytes", 1, Long.MAX_VALUE, sizeBytes);
        Check.range("rank", 1, Integer.MAX_VALUE, rank);
        if (baseFingerprint != null) {
            Check.sha256("baseFingerprint", baseFingerprint);
        }
        Check.present("kind", kind);
        if (kind == Kind.STUDENT) {
            // At 1 the teacher is unguided, and there is nothing to distil.
            Check.range(
                    "guidance",
                    Math.nextUp(1.0),
                    GenerateImage.MAX_GUIDANCE_SCALE,
                    Check.present("guidance", guidance));
        } else if (guidance != null) {
            throw new IllegalArgumentException("guidance: expected none for a style adapter, found " + guidance);
        }
        Check.present("createdAt", createdAt);
    }

    /** One that was uploaded. */
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
        this(name, version, sha256, sizeBytes, rank, baseFingerprint, kind, guidance, createdAt, retiredAt, null, null);
    }

    public PinnedAdapter pinned() {
        return new PinnedAdapter(name, version, sha256);
    }
}
