// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 digests, used to name and verify content. */
public final class Sha256 {
    private static final int READ_AT_ONCE = 1 << 16;

    private Sha256() {}

    /** @return the digest in 64 lower-case hexadecimal digits */
    public static String of(byte[] content) {
        return HexFormat.of().formatHex(newDigest().digest(content));
    }

    /** @param content content, which is read to its end and not closed */
    public static String of(InputStream content) throws IOException {
        MessageDigest digest = newDigest();
        byte[] buffer = new byte[READ_AT_ONCE];
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            digest.update(buffer, 0, read);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** @return a new digest for content that is read in parts */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform does not support SHA-256", e);
        }
    }
}
