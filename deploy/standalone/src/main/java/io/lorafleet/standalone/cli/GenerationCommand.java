// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.Exit;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.cli.option.ImageFileOptions;
import io.lorafleet.standalone.cli.option.JsonOption;
import io.lorafleet.standalone.cli.option.OutputOptions;
import io.lorafleet.standalone.cli.option.Table;
import io.lorafleet.standalone.cli.option.Words;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationList;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.Response;
import io.lorafleet.standalone.client.Retries;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "generation",
        description = "Lists, follows, downloads and cancels generations.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} generation list --status running"})
public final class GenerationCommand {
    private static final int LONGEST_PROMPT = 50;
    private static final String NONE = "no generations found";
    private static final Retries NO_RETRIES = new Retries(Duration.ZERO, Duration.ZERO, waiting -> {});

    @Command(
            name = "list",
            sortOptions = false,
            description = "Lists the latest generations, newest first.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} generation list --status failed --limit 5"})
    int list(
            @Option(
                            names = "--status",
                            paramLabel = "NAME",
                            description = "Lists only generations with this status: ${COMPLETION-CANDIDATES}. Default:"
                                    + " all.")
                    GenerationStatus.@Nullable Status status,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "Number of generations, 1 to 200 (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Mixin OutputOptions output,
            @Mixin GatewayOptions gateway)
            throws IOException, InterruptedException {
        output.print(
                gateway.client().generations(status, limit),
                GenerationList::generations,
                table(Instant.now()),
                GenerationStatus::id,
                NONE);
        return ExitCode.OK;
    }

    @Command(
            name = "show",
            sortOptions = false,
            description = "Shows the state of a generation.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} generation show 5f0c1d9e -o json"})
    int show(
            @Parameters(paramLabel = "ID", description = "ID of the generation.") String id,
            @Mixin OutputOptions output,
            @Mixin GatewayOptions gateway)
            throws IOException, InterruptedException {
        output.print(gateway.client().generation(id), List::of, table(Instant.now()), GenerationStatus::id, NONE);
        return ExitCode.OK;
    }

    @Command(
            name = "wait",
            sortOptions = false,
            description = "Waits until generations have finished, and shows their progress. Prints the state of each.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} generation wait 5f0c1d9e && echo done"})
    int await(
            @Parameters(paramLabel = "ID", arity = "1..*", description = "IDs of the generations.") List<String> ids,
            @Option(
                            names = {"-q", "--quiet"},
                            description = "Does not show the progress.")
                    boolean quiet,
            @Mixin OutputOptions output,
            @Mixin GatewayOptions gateway)
            throws IOException, InterruptedException {
        GatewayClient client = gateway.client();
        List<Exit> exits = new ArrayList<>();
        for (String id : ids) {
            client.generation(id); // an unknown ID is an error, while a lost connection is not
            Response<GenerationStatus> finished;
            try (ProgressDisplay progress = quiet ? ProgressDisplay.NONE : ProgressDisplay.on(System.err)) {
                finished = new GenerationFollower(client, progress).follow(id);
            }
            output.print(finished, List::of, table(Instant.now()), GenerationStatus::id, NONE);
            exits.add(finished.value().isSucceeded() ? Exit.OK : Exit.FAILED);
        }
        return GenerationOutcome.exit(exits).code();
    }

    @Command(
            name = "download",
            sortOptions = false,
            description = "Waits until a generation has finished, saves its images, and prints the names of the files.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} generation download 5f0c1d9e -o star.jpg --quality 90"})
    int download(
            @Parameters(paramLabel = "ID", description = "ID of the generation.") String id,
            @Mixin ImageFileOptions imageFiles,
            @Option(
                            names = {"-q", "--quiet"},
                            description = "Prints only the names of the files, and errors.")
                    boolean quiet,
            @Mixin JsonOption json,
            @Mixin GatewayOptions gateway)
            throws IOException, InterruptedException {
        ImageFiles files = ImageFiles.of(imageFiles.output(), imageFiles.format(), imageFiles.quality());
        GatewayClient client = gateway.client();
        GenerationStatus found = client.generation(id).value();
        GenerationOutcome outcome;
        try (ProgressDisplay progress = quiet ? ProgressDisplay.NONE : ProgressDisplay.on(System.err)) {
            outcome = new GenerationRunner(client, NO_RETRIES, files)
                    .finish(id, ImageFiles.stem(prompt(found)), progress);
        }
        return new GenerationReport(json.isGiven(), quiet)
                .print(outcome, "", "")
                .code();
    }

    @Command(
            name = "cancel",
            sortOptions = false,
            description = "Cancels generations that have not finished.",
            footer = {
                "",
                "Example:",
                "  ${ROOT-COMMAND-NAME} generation cancel $(${ROOT-COMMAND-NAME} generation list --status queued -o"
                        + " name)"
            })
    int cancel(
            @Parameters(paramLabel = "ID", arity = "1..*", description = "IDs of the generations.") List<String> ids,
            @Mixin GatewayOptions gateway)
            throws IOException, InterruptedException {
        GatewayClient client = gateway.client();
        for (String id : ids) {
            client.cancel(id);
            System.out.println(id);
        }
        return ExitCode.OK;
    }

    private static Table<GenerationStatus> table(Instant now) {
        return new Table<GenerationStatus>()
                .column("ID", GenerationStatus::id)
                .column("STATUS", one -> one.status().name().toLowerCase(Locale.ROOT))
                .column("STEPS", one -> one.step() == null ? "" : one.step() + "/" + one.steps())
                .column("IMAGES", one -> Integer.toString(one.images().size()))
                .column("AGE", one -> one.acceptedAt() == null ? "" : Words.age(one.acceptedAt(), now))
                .column("PROMPT", one -> Words.shortened(prompt(one), LONGEST_PROMPT))
                .wideColumn("SEED", one -> field(one, "seed"))
                .wideColumn("SAMPLER", one -> field(one, "sampler"))
                .wideColumn("SIZE", one -> field(one, "width") + "x" + field(one, "height"))
                .wideColumn(
                        "REASON",
                        one -> one.failure() == null ? "" : one.failure().detail());
    }

    private static String prompt(GenerationStatus generation) {
        return field(generation, "prompt");
    }

    private static String field(GenerationStatus generation, String name) {
        return generation.request() == null
                ? ""
                : generation.request().path(name).asText("");
    }
}
