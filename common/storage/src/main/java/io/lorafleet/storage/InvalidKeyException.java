// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import java.util.regex.Pattern;

/**
 * Thrown if a blob key is not valid. A store could not store a blob under such a key, or would write it to a file
 * outside the store.
 */
public final class InvalidKeyException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final String SEGMENT = "[A-Za-z0-9_@-][A-Za-z0-9._@-]*";
    private static final Pattern KEY = Pattern.compile(SEGMENT + "(/" + SEGMENT + ")*");
    private static final int MAX_LENGTH = 512;

    private InvalidKeyException(String message) {
        super(message);
    }

    /** @return the key, if it is valid */
    public static String check(String key) {
        if (key.length() > MAX_LENGTH || !KEY.matcher(key).matches()) {
            throw new InvalidKeyException("blob key '" + key + "': expected at most " + MAX_LENGTH
                    + " characters in segments of letters, digits, '.', '_', '@' and '-', none starting with '.'");
        }
        return key;
    }
}
