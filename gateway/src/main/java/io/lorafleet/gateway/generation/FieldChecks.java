package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.BadField;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers everything that is wrong with an order. Each check returns the given value if it can be accepted, else the
 * fallback, so that the checks that follow have something to go on.
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
        return (int) whole(field, min, (long) max, value == null ? null : value.longValue(), fallback);
    }

    long whole(String field, long min, long max, Long value, long fallback) {
        if (value == null || value >= min && value <= max) {
            return value == null ? fallback : value;
        }
        refuse(field, min + " to " + max, value);
        return fallback;
    }

    double number(String field, double min, double max, Double value, double fallback) {
        if (value == null || value >= min && value <= max) {
            return value == null ? fallback : value;
        }
        refuse(field, min + " to " + max, value);
        return fallback;
    }

    int multiple(String field, int of, int min, int max, Integer value, int fallback) {
        if (value == null || value >= min && value <= max && value % of == 0) {
            return value == null ? fallback : value;
        }
        refuse(field, "a multiple of " + of + " from " + min + " to " + max, value);
        return fallback;
    }
}
