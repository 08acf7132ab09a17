// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.storage.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Maps requests to [0, 1) for decisions about a share of the requests; every gateway gets the same value. */
public final class HashBucket {
    private HashBucket() {}

    /**
     * The first 53 bits of a hash, as many as a double holds exactly.
     *
     * @param purpose of the decision; the values of different purposes are independent
     * @return at least 0 and less than 1, uniformly distributed over requests
     */
    public static double of(String purpose, String requestId) {
        byte[] hash = Sha256.newDigest().digest((purpose + ":" + requestId).getBytes(StandardCharsets.UTF_8));
        return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1.0p-53;
    }
}
