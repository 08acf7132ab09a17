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
import io.lorafleet.standalone.cli.CompletionCommand;
import io.lorafleet.standalone.cli.ContextCommand;
import io.lorafleet.standalone.cli.DistillCommand;
import io.lorafleet.standalone.cli.DoctorCommand;
import io.lorafleet.standalone.cli.FeedbackCommand;
import io.lorafleet.standalone.cli.GenerateCommand;
import io.lorafleet.standalone.cli.GenerationCommand;
import io.lorafleet.standalone.cli.KeyCommand;
import io.lorafleet.standalone.cli.ModelCommand;
import io.lorafleet.standalone.cli.ParityCommand;
import io.lorafleet.standalone.cli.TopicsCommand;
import io.lorafleet.standalone.cli.UpCommand;
import io.lorafleet.standalone.cli.WorkersCommand;
import io.lorafleet.standalone.evaluate.EvaluateCommand;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line. {@link Exit} lists the exit codes. */
@Command(
        name = "fleet",
        description = "Serves Stable Diffusion models with LoRA adapters on a fleet of workers connected by Kafka.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = ProgramVersion.class,
        subcommands = {
            UpCommand.class,
            GenerateCommand.class,
            FeedbackCommand.class,
            GenerationCommand.class,
            AdapterCommand.class,
            WorkersCommand.class,
            ContextCommand.class,
            KeyCommand.class,
            AclsCommand.class,
            BlobCheckCommand.class,
            BlobCleanCommand.class,
            BlobPermissionsCommand.class,
            TopicsCommand.class,
            ModelCommand.class,
            DoctorCommand.class,
            DistillCommand.class,
            EvaluateCommand.class,
            ParityCommand.class,
            BenchCommand.class,
            ChaosCommand.class,
            CheckCommand.class,
            CompletionCommand.class
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} generate \"a large red star on a white background\"",
            "",
            "Run '${ROOT-COMMAND-NAME} COMMAND --help' for usage."
        })
public final class Fleet {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help and exits.")
    @SuppressWarnings("unused") // picocli reads the option itself
    private boolean help;

    @Option(
            names = "--version",
            versionHelp = true,
            description = "Shows the version, the commit and the Java runtime, and exits.")
    @SuppressWarnings("unused") // picocli reads the option itself
    private boolean version;

    @Option(
            names = "--no-build",
            description =
                    "In a checkout: runs the last build, even if sources are newer. Must be the first argument. The"
                            + " environment variable FLEET_NO_BUILD=1 has the same effect.")
    @SuppressWarnings("unused") // deploy/fleet reads and removes the option itself
    private boolean noBuild;

    public static void main(String[] args) {
        // Kafka's broker converts enum names to upper case using the default locale, so it cannot start in a Turkish
        // locale.
        Locale.setDefault(Locale.ROOT);
        int code = commandLine().execute(args);
        // Java ignores SIGPIPE, and PrintStream hides that the reader of a pipe, such as head, has closed it.
        System.exit(System.out.checkError() ? Exit.CLOSED_OUTPUT.code() : code);
    }

    public static CommandLine commandLine() {
        return commandLine(System.getenv());
    }

    /** @param environment the environment variables, which can contain settings */
    public static CommandLine commandLine(Map<String, String> environment) {
        CommandLine fleet = new CommandLine(new Fleet(), new CommandFactory(environment))
                .setCommandName(CommandName.get())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setHelpFactory(LowerCaseHelp::new)
                .setParameterExceptionHandler(Fleet::explain)
                .setExecutionExceptionHandler(Fleet::explain);
        fleet.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(Exit.meanings());
        return fleet;
    }

    private static int explain(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        command.getErr()
                .println(UsageProblem.of(problem).text(command.getCommandSpec().qualifiedName()));
        return Exit.USAGE.code();
    }

    /** For an unexpected exception, picocli prints the stack trace. */
    private static int explain(Exception problem, CommandLine command, ParseResult parsed) throws Exception {
        if (problem instanceof FleetException expected) {
            command.getErr().println("fleet: " + expected.getMessage());
            return Exit.of(expected).code();
        }
        if (problem instanceof FileSystemException file) {
            String reason = file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
            command.getErr().println("fleet: " + file.getFile() + ": " + reason);
            return Exit.ERROR.code();
        }
        if (problem instanceof CancellationException) { // after Ctrl-C
            return Exit.INTERRUPTED.code();
        }
        throw problem;
    }
}
