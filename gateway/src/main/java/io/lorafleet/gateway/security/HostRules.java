// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which names a gateway answers to. A web page can make its own name point to this machine after it was loaded (DNS
 * rebinding); then its browser takes the gateway for a part of the page's site. The name that it sends gives it away.
 *
 * @param anyName whether any name will do, because callers have to say who they are, and nobody set names
 * @param names lower-case host names, without a port, that will do beside those of this machine
 * @see <a href="https://security-resilience.ai/cve/CVE-2024-28224.html">CVE-2024-28224, the same in Ollama</a>
 */
public record HostRules(boolean anyName, Set<String> names) {
    /** The loopback addresses, and the names that browsers resolve to them without asking (RFC 6761). */
    private static final Pattern THIS_MACHINE =
            Pattern.compile("localhost|[a-z0-9-]+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    private static final Pattern PORT = Pattern.compile(":\\d*$");

    public HostRules {
        names = Set.copyOf(names);
    }

    /** @param authority host and port as the client sent them; null if it sent none @return what is wrong, if anything is */
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
