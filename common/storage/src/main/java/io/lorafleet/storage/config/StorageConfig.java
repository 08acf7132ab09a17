// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.config;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** The blob store, which all services share: either a directory or a bucket. Keys below {@code lorafleet.storage}. */
public interface StorageConfig {
    /** Directory of the blob store; required unless the blobs are in a bucket. Default: none. */
    Optional<Path> directory();

    /** The bucket. */
    Bucket s3();

    /** Keys below {@code lorafleet.storage.s3}. */
    interface Bucket {
        /**
         * Bucket for the blobs; required unless the blobs are in a directory. The object store must have the API of
         * Amazon S3 and support conditional writes. The service reads the credentials from the environment, as all AWS
         * tools do. Default: none.
         */
        Optional<String> bucket();

        /** Prefix of all object keys, such as {@code fleet/}. Default: none. */
        Optional<String> prefix();

        /** URL of the object store. Default: that of Amazon S3. */
        Optional<URI> endpoint();

        /**
         * Region of the bucket. Default: the region in the environment, or {@code us-east-1} if an endpoint is set.
         */
        Optional<String> region();

        /**
         * Whether to put the bucket name in the path of the URL instead of the host name. Most object stores other than
         * Amazon S3 require this. Default: false.
         */
        @WithDefault("false")
        boolean pathStyle();
    }
}
