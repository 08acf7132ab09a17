// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.config;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.s3.S3BlobStore;
import io.lorafleet.storage.s3.S3Settings;
import java.io.IOException;
import java.nio.file.Path;

/** Opens blob stores. */
public final class BlobStores {
    private BlobStores() {}

    /** @throws IllegalStateException if the configuration is wrong, or if the store cannot be used */
    public static BlobStore open(StorageConfig config) {
        StorageConfig.Bucket s3 = config.s3();
        if (config.directory().isPresent() == s3.bucket().isPresent()) {
            throw new IllegalStateException(
                    "expected either lorafleet.storage.directory or lorafleet.storage.s3.bucket, found "
                            + (s3.bucket().isPresent() ? "both" : "neither"));
        }
        return config.directory().isPresent()
                ? directory(config.directory().get())
                : bucket(new S3Settings(
                        s3.bucket().orElseThrow(), s3.prefix().orElse(""), s3.endpoint(), s3.region(), s3.pathStyle()));
    }

    private static BlobStore directory(Path directory) {
        try {
            return new DirectoryBlobStore(directory);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "lorafleet.storage.directory: expected a writable directory, found " + directory, e);
        }
    }

    private static BlobStore bucket(S3Settings settings) {
        try {
            return S3BlobStore.open(settings);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "lorafleet.storage.s3.bucket: expected a usable bucket, found " + settings.bucket() + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
