// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

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
 * Which URLs may be told of finished generations: https ones of hosts on the public Internet, and those of origins that the
 * operator trusts. Else a client could have the gateway call what only the gateway can reach.
 *
 * @param enabled whether any may be
 * @param trusted may be called without TLS, and at any address
 * @param names where hosts are
 */
public record WebhookRules(boolean enabled, Set<Origin> trusted, Names names) {

    /** Looks up where a name points to at this moment. */
    @FunctionalInterface
    public interface Names {
        /** @return at least one address. @throws UnknownHostException if it points nowhere */
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    public WebhookRules(boolean enabled, Set<Origin> trusted) {
        this(enabled, trusted, InetAddress::getAllByName);
    }

    /** @param url may be null */
    void check(@Nullable String url, FieldChecks checks) {
        if (url == null) {
            return;
        }
        if (!enabled) {
            checks.refuse("webhook", "none, since this gateway has no lorafleet.webhooks.secret", "one");
        } else if (url.length() > GenerateImage.MAX_WEBHOOK_LENGTH || !mayCall(url)) {
            checks.refuse("webhook", "an https URL, or one of an origin that this gateway trusts", "another text");
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
     * Blocks until the name is looked up. A name may point elsewhere a moment later, so the call must go to this address, and
     * not to the name.
     *
     * @return where the URL may be called
     * @throws UnknownHostException if its name points nowhere
     * @throws IllegalArgumentException if it may not be called; no more than its host is quoted
     */
    public InetAddress addressOf(URI url) throws UnknownHostException {
        Origin origin = Origin.of(url);
        if (!mayCall(origin)) {
            throw new IllegalArgumentException("expected https or a trusted origin, found neither");
        }
        InetAddress[] addresses = names.lookUp(origin.host());
        if (!trusted.contains(origin) && Arrays.stream(addresses).anyMatch(SpecialAddresses::contain)) {
            throw new IllegalArgumentException(
                    "expected public addresses, found that " + origin.host() + " has another one");
        }
        return addresses[0];
    }
}
