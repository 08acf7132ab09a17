// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.time.Instant;

/**
 * A blob in a listing.
 *
 * @param bytes size of its content
 * @param storedAt time at which it was stored, or replaced
 */
public record StoredBlob(String key, long bytes, Instant storedAt) {}
