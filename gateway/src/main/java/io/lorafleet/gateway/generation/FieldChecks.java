package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.BadField;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Gathers everything that is wrong with an order. Each check returns the given value if it can be accepted, else the
 * fallback: for an open choice the default, and for the checks that follow something to go on.
 */
final class FieldChecks {
    private final List<BadField> badFields = new ArrayList<>();

    List<BadField> badFields() {
        return badFields;
    }

    void refuse(String field, String expected, Object found) {
        badFields.add(new BadField(field, expected, String.valueOf(found)));
    }

    String text(String field, int maxLength, String value, String fallback) {
        if (value == null || value.length() <= maxLength) {
            return value == null ? fallback : value;
        }
        refuse(field, "at most " + maxLength + " characters", value.length() + " characters");
        return fallback;
    }

    int whole(String field, int min, int max, Integer value, int fallback) {
        return check(field, value, fallback, min + " to " + max, n -> n >= min && n <= max);
    }

    long whole(String field, long min, long max, Long value, long fallback) {
        return check(field, value, fallback, min + " to " + max, n -> n >= min && n <= max);
    }

    double number(String field, double min, double max, Double value, double fallback) {
        return check(field, value, fallback, min + " to " + max, x -> x >= min && x <= max);
    }

    double share(String field, Double value, double fallback) {
        return check(field, value, fallback, "more than 0 and at most 1", x -> x > 0 && x <= 1);
    }

    int multiple(String field, int of, int min, int max, Integer value, int fallback) {
        String expected = "a multiple of " + of + " from " + min + " to " + max;
        return check(field, value, fallback, expected, n -> n >= min && n <= max && n % of == 0);
    }

    private <T> T check(String field, T value, T fallback, String expected, Predicate<T> isGood) {
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
