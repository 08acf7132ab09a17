// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.standalone.Fleet;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/**
 * A command that has run in this process, without the settings of the user who runs the tests. Log lines, which brokers
 * and clients may write at any time, belong to neither {@code out} nor {@code err}.
 *
 * @param exit the exit code
 * @param out what the command printed
 * @param err the error message of the command
 * @param notes what the command printed on standard error while it was running, such as its progress
 */
public record CommandRun(int exit, String out, String err, String notes) {
    /** The environment of a user who has set nothing. */
    public static final Map<String, String> NO_SETTINGS = Map.of("LORAFLEET_CONFIG", "no-such-folder/config.json");

    /** Runs {@code fleet} with these arguments. */
    public static CommandRun of(String... arguments) {
        return in(NO_SETTINGS, arguments);
    }

    /** Runs {@code fleet} with these arguments. @param environment the environment variables */
    public static CommandRun in(Map<String, String> environment, String... arguments) {
        PrintStream terminal = System.out;
        PrintStream errors = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream notes = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(notes, true, UTF_8));
        try {
            int exit = Fleet.commandLine(environment)
                    .setErr(new PrintWriter(err, true))
                    .execute(arguments);
            return new CommandRun(exit, out.toString(UTF_8), err.toString(), notes.toString(UTF_8));
        } finally {
            System.setOut(terminal);
            System.setErr(errors);
        }
    }
}
