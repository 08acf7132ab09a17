// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks the Host header to prevent DNS rebinding. After a web page has been loaded, its site can point the page's host
 * name at this machine. Browsers then treat the gateway as part of the page's site, but the Host header still contains
 * the page's host name.
 *
 * @param anyName whether to accept any host name: true if authentication is enabled and no names are configured
 * @param names host names to accept in addition to this machine's own; in lower case, without a port
 * @see <a href="https://security-resilience.ai/cve/CVE-2024-28224.html">CVE-2024-28224, the same vulnerability in
 *     Ollama</a>
 */
public record HostRules(boolean anyName, Set<String> names) {
    /** The loopback addresses, and the names that browsers resolve to them without DNS (RFC 6761). */
    private static final Pattern THIS_MACHINE =
            Pattern.compile("localhost|[a-z0-9-]+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    private static final Pattern PORT = Pattern.compile(":\\d*$");

    public HostRules {
        names = Set.copyOf(names);
    }

    /**
     * @param authority host and port of the request; null if absent
     * @return the violation, or empty
     */
    public Optional<String> refuse(@Nullable String authority) {
        if (anyName) {
            return Optional.empty();
        }
        String host = authority == null
                ? ""
                : PORT.matcher(authority).replaceFirst("").toLowerCase(Locale.ROOT);
        if (names.contains(host) || THIS_MACHINE.matcher(host).matches()) {
            return Optional.empty();
        }
        return Optional.of("Host: expected localhost or one of lorafleet.security.allowed-hosts, found another name");
    }
}
