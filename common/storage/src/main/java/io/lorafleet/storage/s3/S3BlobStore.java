// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.InvalidKeyException;
import io.lorafleet.storage.StagedBlob;
import io.lorafleet.storage.StoredBlob;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A blob store in a bucket. Each blob is an object. Conditional writes ({@code If-None-Match: *}) ensure that the first
 * writer of a key wins, so the object store must support them; {@link #open(S3Settings)} checks this.
 */
public final class S3BlobStore implements BlobStore, AutoCloseable {
    /** Deliberately not a valid blob key, so that it cannot collide with a blob. */
    private static final String PROBE = ".lorafleet/conditional-writes";

    private final S3Client client;
    private final S3Writer writer;
    private final String bucket;
    private final String prefix;

    /** @param writer stores objects in the same bucket */
    S3BlobStore(S3Client client, S3Writer writer, String bucket, String prefix) {
        this.client = client;
        this.writer = writer;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /**
     * Opens a store.
     *
     * @throws IOException if the bucket cannot be used, or if the object store ignores conditions
     */
    public static S3BlobStore open(S3Settings settings) throws IOException {
        return open(S3Clients.of(settings), settings.bucket(), settings.prefix());
    }

    /** @param client client that is closed together with the store */
    static S3BlobStore open(S3Client client, String bucket, String prefix) throws IOException {
        S3BlobStore store = new S3BlobStore(client, new S3Writer(client, bucket), bucket, prefix);
        try {
            store.checkConditionalWrites();
            return store;
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Stores the same object twice, to check that the second write does not replace it. */
    private void checkConditionalWrites() throws IOException {
        RequestBody probe = RequestBody.fromString(UUID.randomUUID().toString());
        writer.putIfAbsent(prefix + PROBE, probe);
        if (writer.putIfAbsent(prefix + PROBE, probe)) {
            throw new IOException("object store: expected support for conditional writes (If-None-Match: *), but the"
                    + " second write of " + prefix + PROBE + " replaced the first one");
        }
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) throws IOException {
        return writer.putIfAbsent(object(key), RequestBody.fromBytes(content));
    }

    /** Writes the content to a temporary file first, because S3 needs its length. */
    @Override
    public boolean putIfAbsent(String key, InputStream content) throws IOException {
        String object = object(key);
        try (StagedObject staged = new StagedObject(writer, this::object)) {
            staged.writeAll(content);
            return staged.store(object);
        }
    }

    @Override
    public StagedBlob stage() throws IOException {
        return new StagedObject(writer, this::object);
    }

    @Override
    public Optional<InputStream> open(String key) throws IOException {
        String object = object(key);
        try {
            return Optional.of(
                    new ObjectContent(client.getObject(get -> get.bucket(bucket).key(object))));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Failures.of("read", object, e);
        }
    }

    @Override
    public Stream<String> list(String keyPrefix) throws IOException {
        return entries(keyPrefix).map(StoredBlob::key);
    }

    @Override
    public Stream<StoredBlob> entries(String keyPrefix) throws IOException {
        ListObjectsV2Request request = ListObjectsV2Request.builder()
                .bucket(bucket)
                .prefix(prefix + keyPrefix)
                .build();
        try {
            // The first page is read now, so that this method fails if the object store is not available.
            var pages = client.listObjectsV2Paginator(request).iterator();
            Stream<S3Object> first = pages.hasNext() ? pages.next().contents().stream() : Stream.empty();
            Stream<S3Object> others = Stream.iterate(pages, it -> hasNext(it, keyPrefix), it -> it)
                    .flatMap(it -> it.next().contents().stream());
            return Stream.concat(first, others)
                    .map(object -> new StoredBlob(
                            object.key().substring(prefix.length()), object.size(), object.lastModified()))
                    .filter(blob -> !blob.key().startsWith("."));
        } catch (SdkException e) {
            throw S3Failures.of("list", prefix + keyPrefix, e);
        }
    }

    private boolean hasNext(Iterator<?> pages, String keyPrefix) {
        try {
            return pages.hasNext();
        } catch (SdkException e) {
            throw new UncheckedIOException(S3Failures.of("list", prefix + keyPrefix, e));
        }
    }

    @Override
    public Optional<Instant> storedAt(String key) throws IOException {
        String object = object(key);
        try {
            return Optional.of(
                    client.headObject(head -> head.bucket(bucket).key(object)).lastModified());
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Failures.of("read", object, e);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        String object = object(key);
        try {
            client.deleteObject(delete -> delete.bucket(bucket).key(object));
        } catch (SdkException e) {
            throw S3Failures.of("delete", object, e);
        }
    }

    /** @return the object key of a blob */
    private String object(String key) {
        return prefix + InvalidKeyException.check(key);
    }

    @Override
    public void close() {
        client.close();
    }
}
