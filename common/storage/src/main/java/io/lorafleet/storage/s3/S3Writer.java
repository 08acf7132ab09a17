// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Stores objects: small ones with one request, large ones with multipart uploads. */
final class S3Writer {
    /** Name of the metadata entry that identifies the write that stored an object. */
    private static final String WRITE = "lorafleet-write";

    private static final String IF_ABSENT = "*";
    private static final int PRECONDITION_FAILED = 412;
    /** Another write to the same key is in progress. */
    private static final int CONFLICT = 409;

    private static final int CONFLICTS = 20;
    private static final long CONFLICT_PAUSE_MS = 100;
    private static final int PART = 16 << 20;

    private final S3Client client;
    private final String bucket;
    private final int partSize;

    S3Writer(S3Client client, String bucket) {
        this(client, bucket, PART);
    }

    /** @param partSize size of a part, in bytes, at least 5 MiB. Smaller objects are stored with one request */
    S3Writer(S3Client client, String bucket, int partSize) {
        this.client = client;
        this.bucket = bucket;
        this.partSize = partSize;
    }

    /** @return true if this call stored the object; false if there was one */
    boolean putIfAbsent(String key, RequestBody content) throws IOException {
        return ifAbsent(key, write -> put(key, content, IF_ABSENT, write));
    }

    /** @return true if this call stored the object; false if there was one */
    boolean putIfAbsent(String key, Path file) throws IOException {
        return ifAbsent(key, write -> put(key, file, IF_ABSENT, write));
    }

    /** Replaces the object if there is one. */
    void replace(String key, Path file) throws IOException {
        try {
            put(key, file, null, newWrite());
        } catch (SdkException e) {
            throw S3Failures.of("write", key, e);
        }
    }

    private interface Write {
        void with(String write) throws IOException;
    }

    private boolean ifAbsent(String key, Write write) throws IOException {
        String own = newWrite();
        for (int i = 1; ; i++) {
            try {
                write.with(own);
                return true;
            } catch (S3Exception e) {
                boolean exists = e.statusCode() == PRECONDITION_FAILED;
                if (exists || e instanceof NoSuchUploadException) {
                    if (isStoredBy(key, own)) {
                        return true;
                    } else if (exists) {
                        return false;
                    }
                }
                if (e.statusCode() != CONFLICT || i == CONFLICTS) {
                    throw S3Failures.of("write", key, e);
                }
                pause();
            } catch (SdkException e) {
                throw S3Failures.of("write", key, e);
            }
        }
    }

    /**
     * Finds out whether this write stored the object. The client retries a request if the response is lost, and the
     * retry then fails because the first request was successful.
     */
    private boolean isStoredBy(String key, String write) throws IOException {
        try {
            return write.equals(client.headObject(head -> head.bucket(bucket).key(key))
                    .metadata()
                    .get(WRITE));
        } catch (NoSuchKeyException e) {
            return false;
        } catch (SdkException e) {
            throw S3Failures.of("read", key, e);
        }
    }

    private void put(String key, RequestBody content, @Nullable String condition, String write) {
        client.putObject(
                put -> put.bucket(bucket).key(key).ifNoneMatch(condition).metadata(Map.of(WRITE, write)), content);
    }

    private void put(String key, Path file, @Nullable String condition, String write) throws IOException {
        if (Files.size(file) <= partSize) {
            put(key, RequestBody.fromFile(file), condition, write);
            return;
        }
        String upload = client.createMultipartUpload(
                        create -> create.bucket(bucket).key(key).metadata(Map.of(WRITE, write)))
                .uploadId();
        try (InputStream in = Files.newInputStream(file)) {
            List<CompletedPart> parts = new ArrayList<>();
            for (byte[] next = in.readNBytes(partSize); next.length > 0; next = in.readNBytes(partSize)) {
                parts.add(part(key, upload, parts.size() + 1, next));
            }
            client.completeMultipartUpload(complete -> complete.bucket(bucket)
                    .key(key)
                    .uploadId(upload)
                    .ifNoneMatch(condition)
                    .multipartUpload(all -> all.parts(parts)));
        } catch (SdkException | IOException e) {
            abort(key, upload);
            throw e;
        }
    }

    private CompletedPart part(String key, String upload, int number, byte[] content) {
        String tag = client.uploadPart(
                        part -> part.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                        RequestBody.fromBytes(content))
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(tag).build();
    }

    /** Deletes the parts. If this fails, a lifecycle rule of the bucket should delete them. */
    private void abort(String key, String upload) {
        try {
            client.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(upload));
        } catch (SdkException e) {
            // The caller throws the failure of the upload, which is more important.
        }
    }

    private static String newWrite() {
        return UUID.randomUUID().toString();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(CONFLICT_PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for another write to the same object");
        }
    }
}
