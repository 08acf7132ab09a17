// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
    @ParameterizedTest
    @CsvSource({
        "http://hooks.internal:9000, http, hooks.internal, 9000",
        "HTTP://Hooks.Internal, http, hooks.internal, 80",
        "https://hooks.internal, https, hooks.internal, 443",
        "https://hooks.internal:443, https, hooks.internal, 443",
        "http://[::1]:80, http, [::1], 80"
    })
    void isSchemeHostAndPort(String text, String scheme, String host, int port) {
        assertThat(Origin.parse(text)).isEqualTo(new Origin(scheme, host, port));
        assertThat(Origin.of(URI.create(text + "/x?y=z#w"))).isEqualTo(Origin.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hooks.internal",
                "hooks.internal:9000",
                "//hooks.internal",
                "ftp://hooks.internal",
                "mailto:hooks@internal",
                "http://",
                "http://hooks.internal/",
                "http://hooks.internal/x",
                "http://hooks.internal?x",
                "http://hooks.internal#x",
                "http://user@hooks.internal",
                "http://hooks.internal:0",
                "http://hooks.internal:65536",
                "http://hooks.internal, http://b"
            })
    void isNothingElse(String text) {
        assertThatThrownBy(() -> Origin.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected an origin such as http://hooks.internal:9000, found " + text);
    }
}
