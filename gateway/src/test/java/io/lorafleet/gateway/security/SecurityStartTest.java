// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.gateway.GatewayConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests settings with which a gateway does not start. */
class SecurityStartTest {

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::"})
    void openModeRequiresALoopbackHost(String host) {
        assertThatThrownBy(() -> start(false, Optional.empty(), host))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("quarkus.http.host: expected localhost")
                .hasMessageContaining(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
    void openModeStartsOnThisMachine(String host) {
        assertThat(start(false, Optional.empty(), host).isOpen()).isTrue();
    }

    @Test
    void tokensNeedAnAudience() {
        for (Optional<List<String>> audience :
                List.of(Optional.<List<String>>empty(), Optional.of(List.<String>of()), Optional.of(List.of("any")))) {
            assertThatThrownBy(() -> start(true, audience, "0.0.0.0"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("quarkus.oidc.token.audience: expected");
        }
        assertThat(start(true, Optional.of(List.of("lorafleet")), "0.0.0.0").isOpen())
                .isFalse();
    }

    private static Security start(boolean tokens, Optional<List<String>> audience, String host) {
        GatewayConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(GatewayConfig.class)
                .withDefaultValues(Map.of("lorafleet.storage.directory", "/blobs"))
                .build()
                .getConfigMapping(GatewayConfig.class);
        return new Security(config, tokens, audience, host);
    }
}
