// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Collects all invalid fields of a request. Each check returns the value if it is valid, and the fallback otherwise.
 * The fallback is the default for an absent field, or a placeholder that lets the remaining checks run.
 */
public final class FieldChecks {
    private final List<BadField> badFields = new ArrayList<>();

    public List<BadField> badFields() {
        return badFields;
    }

    public void refuse(String field, String expected, @Nullable Object found) {
        badFields.add(new BadField(field, expected, String.valueOf(found)));
    }

    public String text(String field, int maxLength, @Nullable String value, String fallback) {
        if (value == null) {
            return fallback;
        }
        if (value.length() > maxLength) {
            refuse(field, "at most " + maxLength + " characters", value.length() + " characters");
            return fallback;
        }
        // JSON escapes can represent lone surrogates, which UTF-8 cannot encode, and NUL, which a PNG text chunk must
        // not contain.
        if (value.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            refuse(field, "Unicode text", "a NUL or a lone surrogate");
            return fallback;
        }
        return value;
    }

    public int whole(String field, int min, int max, @Nullable Integer value, int fallback) {
        return check(field, value, fallback, min + " to " + max, n -> n >= min && n <= max);
    }

    public long whole(String field, long min, long max, @Nullable Long value, long fallback) {
        return check(field, value, fallback, min + " to " + max, n -> n >= min && n <= max);
    }

    /** @param value text from a URL */
    public int whole(String field, int min, int max, @Nullable String value, int fallback) {
        try {
            return whole(field, min, max, value == null ? null : Integer.valueOf(value), fallback);
        } catch (NumberFormatException e) {
            refuse(field, min + " to " + max, "a value that is not an integer");
            return fallback;
        }
    }

    public double number(String field, double min, double max, @Nullable Double value, double fallback) {
        return check(field, value, fallback, min + " to " + max, x -> x >= min && x <= max);
    }

    public double share(String field, @Nullable Double value, double fallback) {
        return check(field, value, fallback, "a number greater than 0 and at most 1", x -> x > 0 && x <= 1);
    }

    public int multiple(String field, int of, int min, int max, @Nullable Integer value, int fallback) {
        String expected = "a multiple of " + of + " from " + min + " to " + max;
        return check(field, value, fallback, expected, n -> n >= min && n <= max && n % of == 0);
    }

    /** @param values the allowed constants; the API uses their names in lower case */
    public <E extends Enum<E>> E oneOf(String field, E[] values, @Nullable String name, E fallback) {
        return oneOf(field, values, name).orElse(fallback);
    }

    /** @return empty if the field is absent or invalid */
    public <E extends Enum<E>> Optional<E> oneOf(String field, E[] values, @Nullable String name) {
        Optional<E> value =
                Arrays.stream(values).filter(one -> lowerCase(one).equals(name)).findFirst();
        if (name != null && value.isEmpty()) {
            refuse(
                    field,
                    Arrays.stream(values).map(FieldChecks::lowerCase).collect(Collectors.joining(" or ")),
                    "another value");
        }
        return value;
    }

    /** @return null if the field is absent or invalid */
    public @Nullable Instant future(String field, @Nullable String value, Instant now) {
        if (value == null) {
            return null;
        }
        try {
            Instant time = Instant.parse(value);
            if (time.isAfter(now)) {
                return time;
            }
            refuse(field, "a time after " + now, time);
        } catch (DateTimeException e) {
            refuse(field, "an ISO 8601 time, such as 2026-01-02T03:04:05Z", value.length() + " characters");
        }
        return null;
    }

    private static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private <T> T check(String field, @Nullable T value, T fallback, String expected, Predicate<T> isGood) {
        if (value == null) {
            return fallback;
        }
        if (isGood.test(value)) {
            return value;
        }
        refuse(field, expected, value);
        return fallback;
    }
}
