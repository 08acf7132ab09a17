// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

/**
 * The name by which the user runs this program. Commands in hints and examples contain it, so that they can be copied.
 */
public final class CommandName {
    private CommandName() {}

    /** @return such as {@code deploy/fleet}, the script that sets the system property {@code lorafleet.command} */
    public static String get() {
        return System.getProperty("lorafleet.command", "fleet");
    }

    /** @return the command in quotes, such as {@code 'deploy/fleet context list'} for {@code context list} */
    public static String quoted(String subcommand) {
        return "'" + get() + " " + subcommand + "'";
    }
}
