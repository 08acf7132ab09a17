// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.storage.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Maps each request to a number in [0, 1), so that a share of the requests can be selected. Every gateway maps a given
 * request to the same value.
 */
public final class HashBucket {
    private HashBucket() {}

    /**
     * Uses the first 53 bits of a hash, because the significand of a double has 53 bits.
     *
     * @param purpose purpose of the selection; the values for different purposes are independent
     * @return a value of at least 0 and less than 1, uniformly distributed over requests
     */
    public static double of(String purpose, String requestId) {
        byte[] hash = Sha256.newDigest().digest((purpose + ":" + requestId).getBytes(StandardCharsets.UTF_8));
        return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1.0p-53;
    }
}
