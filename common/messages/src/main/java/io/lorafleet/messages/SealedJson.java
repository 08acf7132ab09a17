// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * JSON objects that are stored in files and contain a hash, because files can be damaged. The first field, {@code
 * sha256}, is the SHA-256 of the object without this field. Readers that do not know the field ignore it.
 */
public final class SealedJson {
    private static final byte[] START = "{\"sha256\":\"".getBytes(US_ASCII);
    private static final int HASH = 64;
    private static final byte[] END = "\",".getBytes(US_ASCII);

    private SealedJson() {}

    /** @param message message with at least one field */
    public static byte[] write(Object message) {
        byte[] json = Json.write(message);
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        sealed.writeBytes(START);
        sealed.writeBytes(sha256(json).getBytes(US_ASCII));
        sealed.writeBytes(END);
        sealed.write(json, 1, json.length - 1); // without the brace
        return sealed.toByteArray();
    }

    /**
     * Reads a message. Objects without the hash are accepted, because earlier releases stored them.
     *
     * @throws InvalidMessageException if the bytes are damaged, or are not a valid message of that type
     */
    public static <T> T read(byte[] sealed, Class<T> type) {
        return Json.read(open(sealed), type);
    }

    /**
     * Verifies the hash.
     *
     * @return the object without the hash
     * @throws InvalidMessageException if the bytes are damaged
     */
    public static byte[] open(byte[] sealed) {
        int rest = START.length + HASH + END.length;
        if (sealed.length > rest && Arrays.equals(sealed, 0, START.length, START, 0, START.length)) {
            if (!Arrays.equals(sealed, rest - END.length, rest, END, 0, END.length)) {
                throw new InvalidMessageException("sha256: expected " + HASH + " hex digits, then another field", null);
            }
            String expected = new String(sealed, START.length, HASH, UTF_8);
            byte[] json = Arrays.copyOfRange(sealed, rest - 1, sealed.length);
            json[0] = '{';
            String found = sha256(json);
            if (!found.equals(expected)) {
                throw new InvalidMessageException("sha256: expected " + expected + ", found " + found, null);
            }
            return json;
        }
        return sealed;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform does not support SHA-256", e);
        }
    }
}
