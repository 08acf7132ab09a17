// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests requests that a web page of another origin can make a browser send to a gateway in open mode.
 *
 * @see <a href="https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site">Sec-Fetch-Site</a>
 */
@QuarkusTest
class ForeignPageTest extends GatewayTest {
    private static final String BODY = "{\"prompt\":\"a\"}";

    private int port() {
        return io.restassured.RestAssured.port;
    }

    @ParameterizedTest
    @CsvSource({
        "http://evil.example, cross-site",
        "http://localhost:3000, same-site",
        "null, cross-site",
        "http://evil.example, ",
        "null, ",
        ", cross-site",
    })
    void cannotSubmit(String origin, String site) throws IOException {
        RawHttp request = RawHttp.request("POST", "/v1/generations")
                .header("Content-Type", "application/json")
                .body(BODY);
        assertRefused(from(request, origin, site), 403, "foreign-origin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rollback", "route"})
    void cannotChangeARoute(String what) throws IOException {
        String method = what.equals("route") ? "DELETE" : "POST";
        RawHttp change = RawHttp.request(method, "/v1/adapters/none/" + what);
        assertRefused(from(change, "http://evil.example", "cross-site"), 403, "foreign-origin");
    }

    @Test
    void cannotSubmitWithoutAContentType() throws IOException {
        RawHttp request = RawHttp.request("POST", "/v1/generations").body(BODY);
        assertRefused(request, 415, "unsupported-media-type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void cannotSubmitAForm(String type) throws IOException {
        RawHttp request = RawHttp.request("POST", "/v1/generations")
                .header("Content-Type", type)
                .body(BODY);
        assertRefused(request, 415, "unsupported-media-type");
    }

    /** DNS rebinding: the page's host name resolves to this machine, so the browser treats both as the same site. */
    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example"})
    void cannotReadUnderItsOwnName(String host) throws IOException {
        assertRefused(RawHttp.request("GET", "/v1/generations").host(host), 421, "foreign-host");
        assertRefused(RawHttp.request("GET", "/").host(host), 421, "foreign-host");
        assertRefused(
                RawHttp.request("POST", "/v1/generations")
                        .host(host)
                        .header("Origin", "http://" + host)
                        .header("Sec-Fetch-Site", "same-origin")
                        .header("Content-Type", "application/json")
                        .body(BODY),
                421,
                "foreign-host");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 421, foreign-host",
        "':8080', 421, foreign-host",
        "a b, 400, invalid-request",
        "[::, 400, invalid-request"
    })
    void cannotReadUnderNoName(String host, int status, String type) throws IOException {
        assertRefused(RawHttp.request("GET", "/v1/generations").host(host), status, type);
        assertRefused(RawHttp.request("GET", "/").host(host), status, type);
    }

    @Test
    void cannotEmbedOrFollow() throws IOException {
        RawHttp embedded = RawHttp.request("GET", "/v1/generations")
                .header("Sec-Fetch-Site", "cross-site")
                .header("Sec-Fetch-Mode", "no-cors");
        assertRefused(embedded, 403, "foreign-origin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Forwarded: for=192.0.2.1", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Host: fleet.example"})
    void cannotComeThroughAProxy(String header) throws IOException {
        String[] parts = header.split(": ");
        assertRefused(RawHttp.request("GET", "/v1/generations").header(parts[0], parts[1]), 403, "proxied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:8080", "LOCALHOST", "127.0.0.1:9", "[::1]:8080", "[::1]"})
    void ownPageAndClientsAreAllowed(String host) throws IOException {
        assertThat(RawHttp.request("GET", "/v1/generations")
                        .host(host)
                        .send(port())
                        .status())
                .isEqualTo(200);
        RawHttp fromThePage = RawHttp.request("POST", "/v1/generations")
                .host(host)
                .header("Origin", "http://" + host.toLowerCase(java.util.Locale.ROOT))
                .header("Sec-Fetch-Site", "same-origin")
                .header("Content-Type", "application/json")
                .body(BODY);
        assertThat(fromThePage.send(port()).status()).isEqualTo(202);
    }

    /**
     * Browsers send such requests when the user enters the address, opens a bookmark or follows a link on another site.
     */
    @Test
    void ownPageOpensFromALink() throws IOException {
        RawHttp link = RawHttp.request("GET", "/")
                .header("Sec-Fetch-Site", "cross-site")
                .header("Sec-Fetch-Mode", "navigate");
        assertThat(link.send(port()).status()).isEqualTo(200);
        RawHttp typed = RawHttp.request("GET", "/").header("Sec-Fetch-Site", "none");
        assertThat(typed.send(port()).status()).isEqualTo(200);
    }

    @Test
    void answersStayWithTheirOrigin() throws IOException {
        RawHttp.Answer answer = RawHttp.request("GET", "/v1/generations").send(port());
        assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    }

    private static RawHttp from(RawHttp request, String origin, String site) {
        if (origin != null) {
            request.header("Origin", origin);
        }
        if (site != null) {
            request.header("Sec-Fetch-Site", site).header("Sec-Fetch-Mode", "cors");
        }
        return request;
    }

    private void assertRefused(RawHttp request, int status, String type) throws IOException {
        RawHttp.Answer answer = request.send(port());
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.text()).contains("urn:lorafleet:problem:" + type);
    }
}
