// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 digests, used to name and verify content. */
public final class Sha256 {
    private Sha256() {}

    /** @return the digest in 64 lower-case hexadecimal digits */
    public static String of(byte[] content) {
        return HexFormat.of().formatHex(newDigest().digest(content));
    }

    /** @return a new digest for content that is read in parts */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
