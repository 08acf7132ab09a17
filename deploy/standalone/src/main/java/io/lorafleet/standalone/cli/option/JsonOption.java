// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.messages.Json;
import io.lorafleet.standalone.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The option of every command that can print its result as JSON. */
public final class JsonOption {
    @Option(names = "--json", description = "Prints the result as JSON.")
    private boolean json;

    public boolean isGiven() {
        return json;
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
}
