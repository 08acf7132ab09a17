package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.GenerateImage;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Which URLs may be told of finished generations: https ones of hosts that everybody can reach, and whatever is at the
 * hosts that the operator trusts. Else a client could have the gateway call what only the gateway can reach.
 *
 * @param enabled whether any may be
 * @param trustedHosts may be called without TLS, and may have private addresses
 */
public record WebhookRules(boolean enabled, Set<String> trustedHosts) {

    /** @param url may be null */
    void check(String url, FieldChecks checks) {
        if (url == null) {
            return;
        }
        if (!enabled) {
            checks.refuse("webhook", "none, since this gateway has no lorafleet.webhooks.secret", "one");
        } else if (url.length() > GenerateImage.MAX_WEBHOOK_LENGTH || !mayCall(url)) {
            checks.refuse("webhook", "an https URL, or one of a host that this gateway trusts", "another text");
        }
    }

    private boolean mayCall(String url) {
        try {
            URI uri = new URI(url);
            if (uri.getHost() == null || uri.getRawUserInfo() != null) {
                return false;
            }
            return "https".equals(uri.getScheme()) || "http".equals(uri.getScheme()) && isTrusted(uri);
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private boolean isTrusted(URI uri) {
        return trustedHosts.contains(uri.getHost());
    }

    /**
     * Whether the host may be called where its name points now. A name could point elsewhere a moment later; but then
     * the host there would have to have a certificate for that name.
     *
     * @throws UnknownHostException if it points nowhere
     */
    public boolean mayReach(URI uri) throws UnknownHostException {
        if (isTrusted(uri)) {
            return true;
        }
        for (InetAddress address : InetAddress.getAllByName(uri.getHost())) {
            if (!isPublic(address)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xFE) == 0xFC; // RFC 4193
        boolean sharedByCarriers = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xC0) == 64; // RFC 6598
        return !(address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()
                || uniqueLocal
                || sharedByCarriers);
    }
}
