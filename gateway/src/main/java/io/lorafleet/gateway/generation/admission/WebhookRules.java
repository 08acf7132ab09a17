// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.generation.GenerateImage;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which webhook URLs are allowed: https URLs of hosts on the public Internet, and URLs of trusted origins.
 * Without these rules, clients could make the gateway call hosts that only the gateway can reach (SSRF).
 *
 * @param enabled whether webhooks are enabled
 * @param trusted origins that can be called without TLS and at any address
 * @param names resolves host names
 */
public record WebhookRules(boolean enabled, Set<Origin> trusted, Names names) {

    /** Resolves a host name. */
    @FunctionalInterface
    public interface Names {
        /**
         * @return at least one address
         * @throws UnknownHostException if the name cannot be resolved
         */
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    public WebhookRules(boolean enabled, Set<Origin> trusted) {
        this(enabled, trusted, InetAddress::getAllByName);
    }

    /** @param url URL to check; may be null */
    void check(@Nullable String url, FieldChecks checks) {
        if (url == null) {
            return;
        }
        if (!enabled) {
            checks.refuse("webhook", "none, because lorafleet.webhooks.secret is not set", "a URL");
        } else if (url.length() > GenerateImage.MAX_WEBHOOK_LENGTH || !mayCall(url)) {
            checks.refuse("webhook", "an https URL or a URL of a trusted origin", "another URL or other text");
        }
    }

    private boolean mayCall(String url) {
        try {
            return mayCall(Origin.of(new URI(url)));
        } catch (URISyntaxException | IllegalArgumentException e) {
            return false;
        }
    }

    private boolean mayCall(Origin origin) {
        return origin.isSecure() || trusted.contains(origin);
    }

    /**
     * Blocks during the DNS lookup. The call must use the returned address, because another lookup could return a
     * different one.
     *
     * @return the address to call
     * @throws UnknownHostException if the name cannot be resolved
     * @throws IllegalArgumentException if the URL is not allowed; the message quotes at most the host
     */
    public InetAddress addressOf(URI url) throws UnknownHostException {
        Origin origin = Origin.of(url);
        if (!mayCall(origin)) {
            throw new IllegalArgumentException("expected https or a trusted origin, found neither");
        }
        InetAddress[] addresses = names.lookUp(origin.host());
        if (!trusted.contains(origin) && Arrays.stream(addresses).anyMatch(SpecialAddresses::contain)) {
            throw new IllegalArgumentException(
                    "expected only public addresses for " + origin.host() + ", found a non-public address");
        }
        return addresses[0];
    }
}
