// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.Response;
import java.net.URI;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every command that asks a gateway which runs already. */
final class GatewayOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://localhost:" + FleetOptions.DEFAULT_PORT,
            scope = ScopeType.INHERIT,
            description = "The fleet's gateway (${DEFAULT-VALUE}). If it asks who you are: " + GatewayClient.KEY
                    + " in the environment holds a key or a token.")
    private URI url;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Prints the gateway's answer as it is, in JSON.")
    private boolean json;

    GatewayClient client() {
        return new GatewayClient(url);
    }

    /** @param text words it for people */
    <T> void print(Response<T> response, Function<T, String> text) {
        System.out.println(json ? response.json() : text.apply(response.value()));
    }

    /** @param text words one of them @param none words that there are none */
    <T> void printAll(Response<List<T>> response, Function<T, String> text, String none) {
        print(
                response,
                all -> all.isEmpty()
                        ? none
                        : all.stream().map(text).collect(Collectors.joining(System.lineSeparator())));
    }
}
