// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The origin of a URL.
 *
 * @param scheme {@code http} or {@code https}
 * @param host host name in lower case; an IPv6 address is in brackets
 * @param port the URL's port, or the scheme's default port if the URL has none
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6454">RFC 6454</a>
 */
public record Origin(String scheme, String host, int port) {
    private static final int MAX_PORT = 65535;

    /** @throws IllegalArgumentException if the text is not an origin */
    public static Origin parse(String text) {
        try {
            URI uri = new URI(text);
            if ("".equals(uri.getRawPath()) && uri.getRawQuery() == null && uri.getRawFragment() == null) {
                return of(uri);
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // reported below
        }
        throw new IllegalArgumentException("expected an origin such as http://hooks.internal:9000, found " + text);
    }

    /**
     * @throws IllegalArgumentException if the URL is not http or https, or contains user information; the message does
     *     not quote the URL
     */
    public static Origin of(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        int port = url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
        boolean known = secure || scheme.equals("http");
        if (!known || url.getHost() == null || url.getRawUserInfo() != null || port == 0 || port > MAX_PORT) {
            throw new IllegalArgumentException(
                    "expected an http or https URL without user information, found another URL");
        }
        return new Origin(scheme, url.getHost().toLowerCase(Locale.ROOT), port);
    }

    /** @return whether calls to this origin use TLS */
    public boolean isSecure() {
        return scheme.equals("https");
    }
}
