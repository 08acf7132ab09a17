// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.client.Response;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every command that prints a list or one element of a list. */
public final class OutputOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            scope = ScopeType.INHERIT,
            description = "Format of the result: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). JSON is the"
                    + " gateway's response, unchanged.")
    private OutputFormat format;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Same as --output json.")
    private boolean json;

    /**
     * Prints a list.
     *
     * @param rows function that finds the rows of the table in the response
     * @param name function that names a row
     * @param none text to print on standard error if there are no rows
     */
    public <T, R> void print(
            Response<T> response, Function<T, List<R>> rows, Table<R> table, Function<R, String> name, String none) {
        if (format() == OutputFormat.JSON) {
            System.out.println(response.json());
            return;
        }
        List<R> all = rows.apply(response.value());
        if (all.isEmpty()) {
            System.err.println(none);
            return;
        }
        System.out.println(
                format() == OutputFormat.NAME
                        ? all.stream().map(name).collect(Collectors.joining(System.lineSeparator()))
                        : table.text(all, format() == OutputFormat.WIDE));
    }

    /**
     * Prints what a command has changed.
     *
     * @param text function that formats the value as a sentence
     * @param name function that names the value
     */
    public <T> void printOne(Response<T> response, Function<T, String> text, Function<T, String> name) {
        System.out.println(
                switch (format()) {
                    case JSON -> response.json();
                    case NAME -> name.apply(response.value());
                    case TABLE, WIDE -> text.apply(response.value());
                });
    }

    private OutputFormat format() {
        return json ? OutputFormat.JSON : format;
    }
}
