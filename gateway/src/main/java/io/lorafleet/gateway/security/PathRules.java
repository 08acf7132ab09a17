// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses ambiguous paths, because authorization and routing could interpret {@code ;}, {@code //}, {@code ..} or an
 * escaped slash differently. The gateway's own paths contain none of these.
 */
public final class PathRules {
    private static final Pattern AMBIGUOUS = Pattern.compile(
            "[;\\\\\\x00-\\x20\\x7f]|//|(^|/)(\\.|%2e){1,2}(/|$)|%(2f|5c|3b|25|[01][0-9a-f]|7f)|%(?![0-9a-f]{2})",
            Pattern.CASE_INSENSITIVE);

    private PathRules() {}

    /**
     * @param path path as the client sent it, without the query; may be null
     * @return the violation, or empty
     */
    public static Optional<String> refuse(@Nullable String path) {
        return path != null && path.startsWith("/") && !AMBIGUOUS.matcher(path).find()
                ? Optional.empty()
                : Optional.of("path: ';', '\\' and control characters (raw or percent-encoded), %2F, %25,"
                        + " invalid escapes, empty segments and dot segments are not allowed");
    }
}
