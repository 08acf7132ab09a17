// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses paths that one reader could take for another path than the next one does: what decides who may call and what
 * answers must not differ over {@code ;}, {@code //}, {@code ..}, or a slash that is escaped. No path of this gateway
 * needs any of them.
 */
public final class PathRules {
    private static final Pattern AMBIGUOUS = Pattern.compile(
            "[;\\\\\\x00-\\x20\\x7f]|//|(^|/)(\\.|%2e){1,2}(/|$)|%(2f|5c|3b|25|[01][0-9a-f]|7f)|%(?![0-9a-f]{2})",
            Pattern.CASE_INSENSITIVE);

    private PathRules() {}

    /** @param path as the client sent it, without the query; may be null @return what is wrong, if anything is */
    public static Optional<String> refuse(@Nullable String path) {
        return path != null && path.startsWith("/") && !AMBIGUOUS.matcher(path).find()
                ? Optional.empty()
                : Optional.of("path: expected one without ';', '\\', empty or dot segments, or these escaped");
    }
}
