// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.messages.Json;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every command that sends requests to a gateway. */
public final class GatewayOptions {
    private static final String DEFAULT_URL = "http://localhost:" + FleetOptions.DEFAULT_PORT;

    @Option(
            names = "--url",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "URL of a running gateway. Default: " + DEFAULT_URL + ", unless the command starts a fleet."
                    + " If the gateway requires authentication, set the environment variable " + GatewayClient.KEY
                    + " to an API key or token.")
    private @Nullable URI url;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Prints the result as JSON.")
    private boolean json;

    /** @return whether {@code --url} names a gateway */
    public boolean hasUrl() {
        return url != null;
    }

    /** @return a client for the gateway at {@code --url} or at its default */
    public GatewayClient client() {
        return client(URI.create(DEFAULT_URL));
    }

    /** @param defaultUrl URL of the gateway if {@code --url} is not set */
    public GatewayClient client(URI defaultUrl) {
        return new GatewayClient(url == null ? defaultUrl : url);
    }

    /** @param text function that formats the value; not used if {@code --json} is set */
    public <T> void printResult(T value, Function<T, String> text) {
        System.out.println(json ? new String(Json.write(value), StandardCharsets.UTF_8) : text.apply(value));
    }

    /**
     * Prints a response. With {@code --json}, the body is printed unchanged.
     *
     * @param text function that formats the value
     */
    public <T> void print(Response<T> response, Function<T, String> text) {
        System.out.println(json ? response.json() : text.apply(response.value()));
    }

    /**
     * Prints a list.
     *
     * @param text function that formats one element
     * @param none text to print if the list is empty
     */
    public <T> void printAll(Response<List<T>> response, Function<T, String> text, String none) {
        print(
                response,
                all -> all.isEmpty()
                        ? none
                        : all.stream().map(text).collect(Collectors.joining(System.lineSeparator())));
    }

    public boolean json() {
        return json;
    }
}
