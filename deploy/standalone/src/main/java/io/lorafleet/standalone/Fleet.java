// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import io.lorafleet.standalone.bench.BenchCommand;
import io.lorafleet.standalone.chaos.ChaosCommand;
import io.lorafleet.standalone.check.CheckCommand;
import io.lorafleet.standalone.cli.AclsCommand;
import io.lorafleet.standalone.cli.AdapterCommand;
import io.lorafleet.standalone.cli.BlobCheckCommand;
import io.lorafleet.standalone.cli.BlobCleanCommand;
import io.lorafleet.standalone.cli.BlobPermissionsCommand;
import io.lorafleet.standalone.cli.DistillCommand;
import io.lorafleet.standalone.cli.FeedbackCommand;
import io.lorafleet.standalone.cli.GenerateCommand;
import io.lorafleet.standalone.cli.KeyCommand;
import io.lorafleet.standalone.cli.ModelCheckCommand;
import io.lorafleet.standalone.cli.ModelInspectCommand;
import io.lorafleet.standalone.cli.ParityCommand;
import io.lorafleet.standalone.cli.TopicsCommand;
import io.lorafleet.standalone.cli.UpCommand;
import io.lorafleet.standalone.cli.WorkersCommand;
import io.lorafleet.standalone.evaluate.EvaluateCommand;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line. Exit codes: 0 for success, 1 for failure, 2 for incorrect usage. */
@Command(
        name = "fleet",
        description = "Serves Stable Diffusion models with LoRA adapters on a fleet of workers connected by Kafka.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            GenerateCommand.class,
            FeedbackCommand.class,
            AdapterCommand.class,
            WorkersCommand.class,
            KeyCommand.class,
            AclsCommand.class,
            BlobCheckCommand.class,
            BlobCleanCommand.class,
            BlobPermissionsCommand.class,
            TopicsCommand.class,
            ModelCheckCommand.class,
            ModelInspectCommand.class,
            DistillCommand.class,
            EvaluateCommand.class,
            ParityCommand.class,
            BenchCommand.class,
            ChaosCommand.class,
            CheckCommand.class
        },
        footer = {"", "Run 'fleet COMMAND --help' for usage."})
public final class Fleet {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help and exits.")
    @SuppressWarnings("unused") // picocli reads the option itself
    private boolean help;

    public static void main(String[] args) {
        // Kafka's broker converts enum names to upper case using the default locale, so it cannot start in a Turkish
        // locale.
        Locale.setDefault(Locale.ROOT);
        System.exit(commandLine().execute(args));
    }

    public static CommandLine commandLine() {
        return new CommandLine(new Fleet())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(Fleet::explain)
                .setExecutionExceptionHandler(Fleet::explain);
    }

    private static int explain(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        command.getErr().println("fleet: " + problem.getMessage());
        command.getErr().println("Run '" + command.getCommandSpec().qualifiedName() + " --help' for usage.");
        return ExitCode.USAGE;
    }

    /** For an unexpected exception, picocli prints the stack trace. */
    private static int explain(Exception problem, CommandLine command, ParseResult parsed) throws Exception {
        if (problem instanceof FleetException) {
            command.getErr().println("fleet: " + problem.getMessage());
            return ExitCode.SOFTWARE;
        }
        if (problem instanceof CancellationException) { // after Ctrl-C
            return ExitCode.SOFTWARE;
        }
        throw problem;
    }
}
