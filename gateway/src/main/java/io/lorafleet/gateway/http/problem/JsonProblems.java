// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Converts errors in JSON bodies to problems that do not quote the body. */
final class JsonProblems {
    private JsonProblems() {}

    static Problem of(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            String known = unknown.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
            return Problem.invalid(path(unknown), "one of " + known, "an unknown field");
        }
        if (e instanceof MismatchedInputException mismatch
                && !mismatch.getPath().isEmpty()) {
            return Problem.invalid(path(mismatch), nameOf(mismatch.getTargetType()), "a value of another type");
        }
        // Jackson has no specific exception for duplicate fields.
        return e.getOriginalMessage().startsWith("Duplicate field")
                ? Problem.invalid("body", "each field once", "a duplicate" + where(e.getLocation()))
                : Problem.invalid("body", "a JSON object", "another value or invalid JSON" + where(e.getLocation()));
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .substring(1); // the body is an object, so the path starts with a dot and a name
    }

    private static String nameOf(Class<?> type) {
        if (type == Integer.class || type == Long.class) {
            return "an integer";
        }
        if (type == Double.class) {
            return "a number";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type.isRecord() ? "an object" : "a string";
    }

    private static String where(@Nullable JsonLocation location) {
        return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
