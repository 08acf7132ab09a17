// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "check",
        description =
                "Checks the history that '${ROOT-COMMAND-NAME} chaos' wrote. Prints a line for each invariant and a"
                        + " summary of how the requests ended. The exit code is 1 if an invariant is violated.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} check history"})
public final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "DIR", description = "Folder of the history.")
    private Path folder;

    @Override
    public Integer call() {
        CheckReport report;
        try {
            report = Checker.check(folder);
        } catch (IOException e) {
            throw new FleetException("expected a history in " + folder + ", found none: " + e.getMessage());
        } catch (InvalidMessageException e) {
            throw new FleetException(e.getMessage());
        }
        report.print(command.commandLine().getOut());
        return report.holds() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
