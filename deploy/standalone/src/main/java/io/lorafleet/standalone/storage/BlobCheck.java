// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.storage;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads every blob of a store and finds those that are damaged or missing. It writes nothing, so services may use the
 * store at the same time. Blobs that the services delete during the check do not count as missing.
 */
public final class BlobCheck {
    private static final String UNFINISHED = ".unfinished";

    private final Path root;
    private final Consumer<DamagedBlob> report;
    private long intact;
    private long unverified;
    private long damaged;

    /**
     * @param root folder of the store
     * @param report receives each damaged blob when it is found
     */
    public BlobCheck(Path root, Consumer<DamagedBlob> report) {
        this.root = root.toAbsolutePath().normalize();
        this.report = report;
    }

    /**
     * The result of a check.
     *
     * @param intact number of intact blobs
     * @param unverified number of blobs that cannot be verified, such as the images of a request without a manifest
     * @param damaged number of damaged, missing and unreadable blobs
     */
    public record Summary(long intact, long unverified, long damaged) {
        @Override
        public String toString() {
            return intact + " blobs intact, " + damaged + " damaged, " + unverified + " without a known hash";
        }
    }

    /** @throws NoSuchFileException if the folder does not contain a blob store */
    public Summary run() throws IOException {
        Path unfinished = root.resolve(UNFINISHED);
        if (!Files.isDirectory(unfinished)) {
            throw new NoSuchFileException(unfinished.toString());
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return folder.equals(unfinished) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                check(root.relativize(file).toString());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                unreadable(root.relativize(file).toString(), e);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
                if (e != null) {
                    unreadable(root.relativize(folder).toString(), e);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return new Summary(intact, unverified, damaged);
    }

    private void check(String key) {
        BlobKind kind = BlobKind.of(key);
        if (kind == null || kind == BlobKind.ATTEMPT) {
            unverified++;
            return;
        }
        try {
            if (kind == BlobKind.IMAGE) {
                checkImage(key);
                return;
            }
            try (InputStream content = Files.newInputStream(root.resolve(key))) {
                count(key, kind, kind.fault(key, content));
            }
            if (kind == BlobKind.MANIFEST) {
                images(key).forEach(image -> requirePresent(image.blob(), key));
            } else if (kind == BlobKind.VERSION_NUMBER) {
                AdapterVersion claim = Json.read(Files.readAllBytes(root.resolve(key)), AdapterVersion.class);
                requirePresent(BlobKeys.adapter(claim.sha256()), key);
            }
        } catch (InvalidMessageException e) {
            return; // already counted, or of a later release
        } catch (IOException e) {
            unreadable(key, e);
        }
    }

    private void checkImage(String key) throws IOException {
        for (GeneratedImage image : images(key.substring(0, key.lastIndexOf('/')) + "/manifest.json")) {
            if (image.blob().equals(key)) {
                try (InputStream content = Files.newInputStream(root.resolve(key))) {
                    count(key, BlobKind.IMAGE, BlobKind.hashFault(image.sha256(), Sha256.of(content)));
                }
                return;
            }
        }
        unverified++;
    }

    /** @return the images in the manifest; none if there is no readable manifest */
    private List<GeneratedImage> images(String manifest) throws IOException {
        try {
            byte[] json = Files.readAllBytes(root.resolve(manifest));
            return GenerationManifest.readResult(json) instanceof GenerationSucceeded succeeded
                    ? succeeded.images()
                    : List.of();
        } catch (InvalidMessageException | NoSuchFileException e) {
            return List.of();
        }
    }

    /** @param referrer key of a blob that refers to this one, and is stored after it */
    private void requirePresent(String key, String referrer) {
        BlobKind kind = BlobKind.of(key);
        if (kind != null && Files.notExists(root.resolve(key)) && Files.exists(root.resolve(referrer))) {
            count(key, kind, "expected the blob that " + referrer + " refers to, found none");
        }
    }

    private void count(String key, BlobKind kind, @Nullable String fault) {
        if (fault == null) {
            intact++;
        } else {
            damaged++;
            report.accept(new DamagedBlob(key, fault, kind.repair));
        }
    }

    private void unreadable(String key, IOException e) {
        if (!(e instanceof NoSuchFileException)) { // otherwise, it was deleted after its folder had been read
            damaged++;
            report.accept(new DamagedBlob(key, "cannot be read: " + e, "Check the permissions and the file system."));
        }
    }
}
