// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Validates message fields for the records in this package and its subpackages. Each failed check throws an
 * {@link IllegalArgumentException} with a message of the form "field: expected X, found Y".
 */
public final class Check {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private Check() {}

    /** @return the value, which is not null */
    public static <T> T present(String field, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(field + ": expected a value, found none");
        }
        return value;
    }

    /**
     * Requires a valid id. Ids become parts of keys, paths and URLs, so they must not contain characters that need
     * escaping.
     */
    public static String id(String field, String value) {
        if (!isId(present(field, value))) {
            throw new IllegalArgumentException(
                    field + ": expected 1 to 128 letters, digits, '.', '_' or '-', starting with a letter or digit");
        }
        return value;
    }

    /** @return whether the value is a valid id */
    public static boolean isId(String value) {
        return ID.matcher(value).matches();
    }

    /** @return the value, which is 64 lower-case hexadecimal digits */
    public static String sha256(String field, String value) {
        if (!SHA256.matcher(present(field, value)).matches()) {
            throw new IllegalArgumentException(field + ": expected 64 lower-case hexadecimal digits");
        }
        return value;
    }

    /** @return the value, which has at most {@code maxLength} UTF-16 characters */
    public static String atMost(String field, int maxLength, String value) {
        if (present(field, value).length() > maxLength) {
            throw new IllegalArgumentException(
                    field + ": expected at most " + maxLength + " characters, found " + value.length());
        }
        return value;
    }

    /** Requires a value from {@code min} to {@code max}. */
    public static void range(String field, long min, long max, long value) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(field + ": expected " + min + " to " + max + ", found " + value);
        }
    }

    /** Requires a value from {@code min} to {@code max}; NaN fails. */
    public static void range(String field, double min, double max, double value) {
        // A comparison with NaN is false.
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(field + ": expected " + min + " to " + max + ", found " + value);
        }
    }
}
