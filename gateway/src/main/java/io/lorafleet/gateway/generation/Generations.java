// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.admission.Admission;
import io.lorafleet.gateway.generation.admission.AdmissionRules;
import io.lorafleet.gateway.generation.admission.GenerationRequest;
import io.lorafleet.gateway.generation.admission.RequestIdentity;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationMetrics;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.storage.BlobStore;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Submits, finds and cancels generations. */
@Singleton
public final class Generations {
    private final AdmissionRules rules;
    private final GenerationLog log;
    private final GenerationTable table;
    private final ClientBlobs clientBlobs;
    private final GenerationArchive archive;
    private final RequestClaims claims;
    private final GenerationMetrics metrics;
    /** Ids of requests with an idempotency key that are being submitted but are not in the table yet. */
    private final Set<String> underway = ConcurrentHashMap.newKeySet();

    Generations(
            AdmissionRules rules,
            GenerationLog log,
            GenerationTable table,
            BlobStore blobs,
            ClientBlobs clientBlobs,
            GenerationMetrics metrics) {
        this.rules = rules;
        this.log = log;
        this.table = table;
        this.clientBlobs = clientBlobs;
        this.archive = new GenerationArchive(blobs);
        this.claims = new RequestClaims(blobs);
        this.metrics = metrics;
    }

    /**
     * Publishes the request if it is admitted.
     *
     * @param owner the caller; null in open mode
     * @param idempotencyKey value of the request's header; null if absent
     * @throws NotPublishedException if the broker did not acknowledge an admitted request; the gateway then does not
     *     remember the request
     */
    public Admission submit(GenerationRequest body, @Nullable String owner, @Nullable String idempotencyKey) {
        FieldChecks checks = new FieldChecks();
        IdempotencyKey key = IdempotencyKey.of(idempotencyKey, checks);
        if (!checks.badFields().isEmpty()) {
            return new Admission.Refused(checks.badFields());
        }
        if (key == null) {
            return publish(rules.admit(body, RequestIdentity.random(owner)), Generations::unclaimed);
        }
        RequestIdentity id = RequestIdentity.of(key, owner, body);
        if (!underway.add(id.requestId())) {
            return new Admission.Underway();
        }
        try {
            return find(id.requestId())
                    .map(before -> again(before, id))
                    .orElseGet(() -> publish(rules.admit(body, id), claims::claim));
        } finally {
            underway.remove(id.requestId());
        }
    }

    private static Admission again(Generation before, RequestIdentity id) {
        boolean same = before.request() == null // deleted by Kafka: assume that the client reuses keys only for retries
                || Objects.equals(id.bodySha256(), before.request().orderSha256());
        return same ? new Admission.Repeated(before) : new Admission.KeyReused();
    }

    /** A request without an idempotency key needs no claim. */
    private static Optional<RequestClaims.Claim> unclaimed(GenerateImage request) {
        return Optional.of(RequestClaims.Claim.of(request));
    }

    /**
     * @param claim returns the request to publish; empty if an earlier request with the same idempotency key had a
     *     different body
     */
    private Admission publish(Admission admission, Function<GenerateImage, Optional<RequestClaims.Claim>> claim) {
        if (!(admission instanceof Admission.Admitted admitted)) {
            return admission;
        }
        // Before the request, which references the images.
        admitted.images().storeIn(clientBlobs, admitted.request().owner());
        Optional<RequestClaims.Claim> claimed = claim.apply(admitted.request());
        if (claimed.isEmpty()) {
            return new Admission.KeyReused();
        }
        GenerateImage request = claimed.get().request();
        log.write(request, claimed.get().later());
        remember(request);
        return new Admission.Admitted(request, admitted.images());
    }

    /**
     * Finds a generation. A finished generation is found in the blob store even after the gateway and Kafka have
     * forgotten it.
     *
     * @throws DamagedManifestException if the generation is known only from its manifest, and the manifest is damaged
     */
    public Optional<Generation> find(String id) {
        Optional<Generation> known = table.find(id);
        if (known.isEmpty()) {
            archive.find(id).ifPresent(table::recall);
            return table.find(id);
        }
        return known;
    }

    /**
     * Looks in the blob store for the result of a generation whose result this gateway has not read. If the generation
     * is in the table, the result is added there.
     *
     * @return whether the generation has ended. False if the manifest is damaged: the worker that gets the request then
     *     stores a new manifest
     */
    public boolean hasEnded(String id) {
        Optional<GenerationManifest> manifest;
        try {
            manifest = archive.find(id);
        } catch (DamagedManifestException e) {
            return false;
        }
        if (table.find(id).isPresent()) { // a generation that the table has forgotten would displace a newer one
            manifest.ifPresent(table::recall);
        }
        return manifest.isPresent();
    }

    /** @throws NotPublishedException if the broker did not acknowledge the command */
    public Cancellation cancel(String id) {
        Optional<Generation> generation = find(id);
        if (generation.isEmpty()) {
            return new Cancellation.Unknown();
        }
        if (generation.get().isFinished()) {
            return new Cancellation.AlreadyFinished(generation.get());
        }
        CancelGeneration command = new CancelGeneration(id);
        log.write(command);
        table.apply(command);
        return new Cancellation.Requested(table.find(id).orElse(generation.get()));
    }

    /** To be called when the gateway has caught up with the topics. */
    public void caughtUp() {
        table.caughtUp();
    }

    /** Applies the request before its record is consumed, so that clients can look up the generation at once. */
    private void remember(GenerateImage request) {
        table.apply(request);
        metrics.accepted(request);
        table.follow(request.requestId(), generation -> count(request, generation));
    }

    private void count(GenerateImage request, Generation generation) {
        if (generation.isFinished()) {
            metrics.finished(request, generation.status());
        }
    }
}
