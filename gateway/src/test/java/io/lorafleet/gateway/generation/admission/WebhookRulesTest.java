// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.generation.Samples;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookRulesTest {
    private static final Set<Origin> TRUSTED =
            Set.of(Origin.parse("http://hooks.internal:9000"), Origin.parse("https://127.0.0.1:9000"));
    private final WebhookRules rules = new WebhookRules(true, TRUSTED);

    private static boolean takes(WebhookRules rules, String url) {
        FieldChecks checks = new FieldChecks();
        rules.check(url, checks);
        return checks.badFields().isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/a?b=c",
                "HTTPS://example.com",
                "https://example.com:8443",
                "http://hooks.internal:9000/x",
                "http://HOOKS.internal:9000"
            })
    void takesHttpsAndTrustedOrigins(String url) {
        assertThat(takes(rules, url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com",
                "http://hooks.internal",
                "http://hooks.internal:9001/x",
                "http://127.0.0.1:9000",
                "http://hooks.internal.example.com:9000",
                "https://user:secret@example.com",
                "https://example.com:0",
                "https://example.com:65536",
                "https:///path",
                "//example.com",
                "ftp://hooks.internal:9000/x",
                "file:///etc/passwd",
                "https://example.com/ space",
                "hooks.internal",
                ""
            })
    void refusesOthers(String url) {
        assertThat(takes(rules, url)).isFalse();
    }

    @Test
    void refusesWebhooksWithoutASecret() {
        assertThat(takes(Samples.NO_WEBHOOKS, "https://example.com")).isFalse();
        assertThat(takes(Samples.NO_WEBHOOKS, null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1",
                "https://127.0.0.1:9001",
                "https://169.254.169.254",
                "https://[::1]:9000",
                "https://[64:ff9b::a00:1]",
                "https://localhost"
            })
    void callsNoSpecialAddresses(String origin) {
        String host = URI.create(origin).getHost();
        assertThatThrownBy(() -> rules.addressOf(URI.create(origin + "/path?token")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected only public addresses for " + host + ", found a non-public address");
    }

    /** The operator may have removed the origin from the trusted origins after the request was accepted. */
    @Test
    void requiresTlsForUntrustedOrigins() {
        assertThatThrownBy(() -> rules.addressOf(URI.create("http://8.8.8.8/path?token")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected https or a trusted origin, found neither");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://93.184.216.34", "https://[2606:2800:220:1::1]:8443", "https://127.0.0.1:9000"})
    void callsPublicAddressesAndTrustedOrigins(String origin) throws UnknownHostException {
        assertThat(rules.addressOf(URI.create(origin + "/x")))
                .isEqualTo(InetAddress.getByName(URI.create(origin).getHost()));
    }

    @Test
    void requiresAllAddressesOfANameToBeAllowed() throws UnknownHostException {
        InetAddress open = InetAddress.getByName("93.184.216.34");
        InetAddress closed = InetAddress.getByName("10.0.0.1");
        URI url = URI.create("https://example.com/x");
        assertThat(withNames(open, open).addressOf(url)).isEqualTo(open);
        for (WebhookRules mixed : new WebhookRules[] {withNames(open, closed), withNames(closed, open)}) {
            assertThatThrownBy(() -> mixed.addressOf(url)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static WebhookRules withNames(InetAddress... addresses) {
        return new WebhookRules(true, TRUSTED, host -> addresses);
    }
}
