// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks the origin of requests from browsers: allows the gateway's own page and the origins in the CORS settings.
 *
 * <p>Only browsers send {@code Sec-Fetch-Site} and {@code Origin}, so requests without these headers are allowed.
 * {@code Sec-Fetch-Site} takes precedence, because pages cannot forge it; older browsers send only {@code Origin}.
 *
 * @param trusted allowed origins, {@code *}, or regular expressions between slashes, as in {@code
 *     quarkus.http.cors.origins}
 * @see <a href="https://pkg.go.dev/net/http#CrossOriginProtection">the same rules in Go's standard library</a>
 */
public record OriginRules(List<String> trusted) {
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");
    private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/]+)");

    public OriginRules {
        trusted = List.copyOf(trusted);
    }

    /**
     * The method and the relevant headers of a request; headers are null if absent.
     *
     * @param authority host and port of the request
     */
    public record Sent(
            String method,
            @Nullable String authority,
            @Nullable String origin,
            @Nullable String fetchSite,
            @Nullable String fetchMode) {
        private boolean isSafe() {
            return SAFE_METHODS.contains(method);
        }

        /** Users may follow a link from another site to the gateway's page. */
        private boolean isNavigation() {
            return isSafe() && "navigate".equals(fetchMode);
        }
    }

    /** @return the violation, or empty */
    public Optional<String> refuse(Sent request) {
        boolean own = request.fetchSite() == null
                ? request.origin() == null || request.isSafe() || isOwn(request.origin(), request.authority())
                : OWN_SITES.contains(request.fetchSite());
        return own || request.isNavigation() || isTrusted(request.origin())
                ? Optional.empty()
                : Optional.of("Origin: expected the gateway's own origin or one of quarkus.http.cors.origins, found"
                        + " another origin");
    }

    /** Ignores the scheme, which is unknown behind a proxy that terminates TLS. */
    private static boolean isOwn(String origin, @Nullable String authority) {
        var parts = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
        return parts.matches()
                && authority != null
                && withoutDefaultPort(parts.group(2)).equals(withoutDefaultPort(authority.toLowerCase(Locale.ROOT)));
    }

    private static String withoutDefaultPort(String authority) {
        return authority.replaceFirst(":(80|443)$", "");
    }

    private boolean isTrusted(@Nullable String origin) {
        return origin != null && trusted.stream().anyMatch(each -> matches(each, origin));
    }

    private static boolean matches(String trusted, String origin) {
        boolean isExpression = trusted.length() > 2 && trusted.startsWith("/") && trusted.endsWith("/");
        return isExpression
                ? origin.matches(trusted.substring(1, trusted.length() - 1))
                : trusted.equals("*") || trusted.equalsIgnoreCase(origin);
    }
}
