// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.cell.Cell;
import io.lorafleet.standalone.chaos.cell.Cells;
import io.lorafleet.standalone.check.CheckReport;
import io.lorafleet.standalone.check.Checker;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "chaos",
        sortOptions = false,
        description = "Runs a fleet on this machine, injects a fault, and checks whether anything was lost."
                + " The exit code is 1 if an invariant is violated.",
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} chaos --list",
            "  ${ROOT-COMMAND-NAME} chaos --cell worker-kill --out history"
        })
public final class ChaosCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @ArgGroup(multiplicity = "1")
    private What what;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed for the load and all random choices (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the history, the data and the logs. It must be empty. Default: a new"
                    + " temporary folder.")
    private @Nullable Path out;

    @Option(
            names = "--outage",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Duration of a fault in seconds, in the cells whose descriptions mention this option"
                    + " (default: ${DEFAULT-VALUE}).")
    private int outage;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "30",
            description = "Duration of the cell 'soak', in minutes (default: ${DEFAULT-VALUE}).")
    private int minutes;

    @Option(
            names = "--older",
            paramLabel = "DIR",
            description = "Repository with an older build of the services, for the cell 'upgrade'.")
    private @Nullable Path older;

    /** Either of both. */
    private static final class What {
        @Option(names = "--list", description = "Lists the cells, each of which is one kind of fault, and exits.")
        @SuppressWarnings("unused") // without --cell, it is set
        private boolean list;

        @Option(names = "--cell", paramLabel = "NAME", description = "Cell to run.")
        private @Nullable String cell;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        PrintWriter answer = command.commandLine().getOut();
        if (what.cell == null) {
            Cells.all(soak(), older).forEach(cell -> answer.printf("%-28s %s%n", cell.name(), cell.description()));
            return ExitCode.OK;
        }
        Cell cell = Cells.named(what.cell, soak(), older);
        Path folder = emptyFolder();
        Path root = Path.of(System.getProperty("lorafleet.root", "")).toAbsolutePath();
        PrintWriter notices = command.commandLine().getErr();
        ChaosRun run = new ChaosRun(cell, seed, Duration.ofSeconds(outage), root, folder, notices::println);
        Runtime.getRuntime().addShutdownHook(new Thread(run::abort));
        run.run();
        CheckReport report = Checker.check(folder);
        report.print(answer);
        answer.println("History: " + folder);
        return report.holds() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Duration soak() {
        return Duration.ofMinutes(minutes);
    }

    private Path emptyFolder() throws IOException {
        if (out == null) {
            return Files.createTempDirectory("lorafleet-chaos-");
        }
        Path folder = Files.createDirectories(out.toAbsolutePath().normalize());
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new FleetException("--out: expected an empty folder, found files in " + folder);
            }
        }
        return folder;
    }
}
