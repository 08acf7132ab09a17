// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import io.lorafleet.storage.StorageFullException;
import java.io.IOException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Converts failures of the SDK. */
final class S3Failures {
    private static final int INSUFFICIENT_STORAGE = 507;
    /** Error codes of object stores whose disks or quotas are full. */
    private static final Set<String> FULL =
            Set.of("QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded");

    private S3Failures() {}

    /** @param action what failed, such as {@code read} */
    static IOException of(String action, String object, SdkException e) {
        if (e instanceof AwsServiceException service && isFull(service)) {
            return new StorageFullException("the object store is full: " + e.getMessage());
        }
        return new IOException("object store: cannot " + action + " " + object + ": " + e.getMessage(), e);
    }

    private static boolean isFull(AwsServiceException e) {
        return e.statusCode() == INSUFFICIENT_STORAGE
                || e.awsErrorDetails() != null
                        && FULL.contains(e.awsErrorDetails().errorCode());
    }
}
