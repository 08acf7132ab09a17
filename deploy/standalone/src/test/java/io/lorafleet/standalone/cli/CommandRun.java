// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.standalone.Fleet;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A command that has run in this process. Log lines, which brokers and clients may write at any time, belong to
 * neither text.
 *
 * @param exit the exit code
 * @param out what the command printed
 * @param err the error message of the command
 */
public record CommandRun(int exit, String out, String err) {

    /** Runs {@code fleet} with these arguments. */
    public static CommandRun of(String... arguments) {
        PrintStream terminal = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        System.setOut(new PrintStream(out, true, UTF_8));
        try {
            int exit = Fleet.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
            return new CommandRun(exit, out.toString(UTF_8), err.toString());
        } finally {
            System.setOut(terminal);
        }
    }
}
