package io.lorafleet.gateway.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.FieldChecks;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookRulesTest {
    private final WebhookRules rules = new WebhookRules(true, Set.of("hooks.internal", "127.0.0.1"));

    private static boolean takes(WebhookRules rules, String url) {
        FieldChecks checks = new FieldChecks();
        rules.check(url, checks);
        return checks.badFields().isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.com/a?b=c", "https://example.com:8443", "http://hooks.internal:9000/x"})
    void takesHttpsAndTrustedHosts(String url) {
        assertThat(takes(rules, url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com",
                "http://hooks.internal.example.com",
                "https://user:secret@example.com",
                "https:///path",
                "//example.com",
                "ftp://hooks.internal/x",
                "file:///etc/passwd",
                "https://example.com/ space",
                "hooks.internal",
                ""
            })
    void refusesOthers(String url) {
        assertThat(takes(rules, url)).isFalse();
    }

    @Test
    void takesNoneWithoutASecret() {
        assertThat(takes(Samples.NO_WEBHOOKS, "https://example.com")).isFalse();
        assertThat(takes(Samples.NO_WEBHOOKS, null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.2",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.0.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "[::1]",
                "[fd00::1]",
                "[fe80::1]",
                "[::ffff:10.0.0.1]",
                "localhost"
            })
    void callsNoPrivateAddresses(String host) throws UnknownHostException {
        assertThat(rules.mayReach(URI.create("https://" + host + "/x"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.7", "[2001:db8::1]", "127.0.0.1"})
    void callsPublicAndTrustedOnes(String host) throws UnknownHostException {
        assertThat(rules.mayReach(URI.create("https://" + host + "/x"))).isTrue();
    }
}
