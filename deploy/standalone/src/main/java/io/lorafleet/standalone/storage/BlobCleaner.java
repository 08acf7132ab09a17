// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.storage;

import io.lorafleet.messages.BlobTree;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.StoredBlob;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Deletes blobs that are old enough and that nothing needs. */
public final class BlobCleaner {
    private final BlobStore blobs;
    private final BlobsInUse inUse;
    private final BlobAges ages;
    private final Instant now;
    private final boolean dryRun;
    private final Consumer<String> report;
    private long deleted;
    private long bytes;

    /**
     * @param dryRun whether to report the blobs without deleting them
     * @param report receives the key of each blob that is deleted
     */
    public BlobCleaner(
            BlobStore blobs, BlobsInUse inUse, BlobAges ages, Instant now, boolean dryRun, Consumer<String> report) {
        this.blobs = blobs;
        this.inUse = inUse;
        this.ages = ages;
        this.now = now;
        this.dryRun = dryRun;
        this.report = report;
    }

    /**
     * What was deleted, or would be deleted.
     *
     * @param blobs number of blobs
     * @param bytes size of these blobs
     */
    public record Summary(long blobs, long bytes) {}

    public Summary run() throws IOException {
        if (ages.generations() != null) {
            // The manifests are deleted first: a generation without a manifest is unknown, so nobody expects its
            // images.
            clean(BlobTree.GENERATIONS, ages.generations(), this::isManifest);
            clean(BlobTree.GENERATIONS, ages.generations(), blob -> hasEnded(generation(blob)));
            clean(BlobTree.REQUESTS, ages.generations(), blob -> hasEnded(request(blob)));
        }
        if (ages.images() != null) {
            clean(BlobTree.GENERATIONS, ages.images(), this::isImageOfAnEndedGeneration);
        }
        if (ages.initImages() != null) {
            clean(
                    BlobTree.INIT_IMAGES,
                    ages.initImages(),
                    blob -> BlobKind.of(blob.key()) == BlobKind.INIT_IMAGE && !inUse.needsInitImage(lastPart(blob)));
        }
        if (ages.retiredVersions() != null) {
            cleanRetiredVersions(ages.retiredVersions());
        }
        if (ages.checkpoints() != null) {
            clean(BlobTree.TRAINING, ages.checkpoints(), blob -> BlobKind.of(blob.key()) == BlobKind.CHECKPOINT);
        }
        return new Summary(deleted, bytes);
    }

    private void clean(BlobTree tree, Duration age, Predicate<StoredBlob> unused) throws IOException {
        Instant limit = now.minus(age);
        try (Stream<StoredBlob> all = blobs.entries(tree.folder() + "/")) {
            for (Iterator<StoredBlob> each = all.iterator(); each.hasNext(); ) {
                StoredBlob blob = each.next();
                if (blob.storedAt().isBefore(limit) && unused.test(blob)) {
                    delete(blob);
                }
            }
        }
    }

    private void cleanRetiredVersions(Duration age) throws IOException {
        Map<String, Instant> retired = inUse.retired();
        Instant limit = now.minus(age);
        clean(BlobTree.ADAPTERS, age, blob -> {
            if (BlobKind.of(blob.key()) != BlobKind.ADAPTER) {
                return false;
            }
            String file = lastPart(blob);
            Instant at = retired.get(file.substring(0, file.indexOf('.')));
            return at != null && at.isBefore(limit);
        });
    }

    private void delete(StoredBlob blob) throws IOException {
        report.accept(blob.key());
        deleted++;
        bytes += blob.bytes();
        if (!dryRun) {
            blobs.delete(blob.key());
        }
    }

    private boolean isManifest(StoredBlob blob) {
        return BlobKind.of(blob.key()) == BlobKind.MANIFEST;
    }

    private boolean isImageOfAnEndedGeneration(StoredBlob blob) {
        return BlobKind.of(blob.key()) == BlobKind.IMAGE && hasEnded(generation(blob));
    }

    /** A request that is not in Kafka any more, or has a manifest, has ended. */
    private boolean hasEnded(@Nullable String requestId) {
        return requestId != null && !inUse.hasRequest(requestId);
    }

    /** @return id of the generation to which the blob belongs; null if it belongs to none */
    private static @Nullable String generation(StoredBlob blob) {
        String[] parts = blob.key().split("/");
        return parts.length == 3 ? parts[1] : null;
    }

    private static @Nullable String request(StoredBlob blob) {
        if (BlobKind.of(blob.key()) != BlobKind.REQUEST) {
            return null;
        }
        String file = lastPart(blob);
        return file.substring(0, file.lastIndexOf('.'));
    }

    private static String lastPart(StoredBlob blob) {
        return blob.key().substring(blob.key().lastIndexOf('/') + 1);
    }
}
