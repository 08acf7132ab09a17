// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.storage;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How old blobs must be before they are deleted. Blobs of a kind without an age are kept.
 *
 * @param images age of the images of generations that have ended
 * @param generations age of everything that belongs to a generation that has ended, including the request that is
 *     stored for an idempotency key
 * @param initImages age since an init image was last used
 * @param retiredVersions time since the last version that uses an adapter file was retired
 * @param checkpoints age of training checkpoints
 */
public record BlobAges(
        @Nullable Duration images,
        @Nullable Duration generations,
        @Nullable Duration initImages,
        @Nullable Duration retiredVersions,
        @Nullable Duration checkpoints) {}
