// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import java.net.URI;
import java.util.Optional;

/**
 * Where the blobs are. The credentials come from the environment, as in all AWS tools: environment variables, a profile,
 * or the identity of the pod or machine.
 *
 * @param bucket name of the bucket, which must exist
 * @param prefix prefix of all object keys, such as {@code fleet/}; may be empty
 * @param endpoint URL of an object store other than Amazon's
 * @param region region of the bucket. Default: the region from the environment, or {@code us-east-1} if an endpoint is
 *     set
 * @param pathStyle whether to put the bucket name in the path of the URL instead of the host name, as most object stores
 *     other than Amazon's require
 */
public record S3Settings(
        String bucket, String prefix, Optional<URI> endpoint, Optional<String> region, boolean pathStyle) {}
