// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.completion.Shell;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = {
            "Prints a completion script for a shell. It completes commands, options, values and the names of adapters,"
                    + " for which it asks the gateway.",
            "To complete commands in every new shell, add the command in the example to ~/.bashrc, ~/.zshrc or"
                    + " ~/.config/fish/config.fish."
        },
        footer = {
            "",
            "Examples:",
            "  source <(${ROOT-COMMAND-NAME} completion bash)",
            "  source <(${ROOT-COMMAND-NAME} completion zsh)",
            "  ${ROOT-COMMAND-NAME} completion fish | source"
        })
public final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "SHELL", description = "Shell: ${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @Override
    public Integer call() {
        System.out.print(shell.script(command.root().commandLine()));
        return ExitCode.OK;
    }
}
