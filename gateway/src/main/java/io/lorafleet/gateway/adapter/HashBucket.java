// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.storage.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a request draws when only a share of the requests is to get something: the same on every gateway. */
public final class HashBucket {
    private HashBucket() {}

    /**
     * The first 53 bits of a hash, as many as a double holds exactly.
     *
     * @param draw what it is drawn for; the lots of different draws say nothing of each other
     * @return at least 0 and below 1, evenly spread over requests
     */
    public static double of(String draw, String requestId) {
        byte[] hash = Sha256.newDigest().digest((draw + ":" + requestId).getBytes(StandardCharsets.UTF_8));
        return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1.0p-53;
    }
}
