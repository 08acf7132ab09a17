// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.TextEncoder;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.cli.option.OutputOptions;
import io.lorafleet.standalone.cli.option.SamplingDefaultsOptions;
import io.lorafleet.standalone.client.AdapterInfo;
import io.lorafleet.standalone.client.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "adapter",
        description = "Adds, lists and retires a fleet's adapters, and sets the versions that requests use.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = AdapterRouteCommand.class,
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} adapter list"})
public final class AdapterCommand {
    @Mixin
    private GatewayOptions gateway;

    @Mixin
    private OutputOptions output;

    @Command(
            name = "add",
            sortOptions = false,
            description = "Uploads a safetensors file or a PEFT folder as the newest version of an adapter.",
            footer = {
                "",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} adapter add crayon crayon.safetensors",
                "  ${ROOT-COMMAND-NAME} adapter add fast student.safetensors --student --guidance 5",
                "  ${ROOT-COMMAND-NAME} adapter add cat-toy learned_embeds.safetensors --trigger-word '<cat-toy>'"
            })
    int add(
            @Parameters(paramLabel = "NAME", description = "Name of the adapter: letters, digits, '.', '_' and '-'.")
                    String name,
            @Parameters(
                            paramLabel = "FILE",
                            description =
                                    "LoRA weights or an embedding: a safetensors file, or a folder that PEFT saved.")
                    Path file,
            @ArgGroup(exclusive = false) @Nullable StudentOptions student,
            @Option(
                            names = "--base",
                            paramLabel = "NAME",
                            description =
                                    "Base model for which the adapter was made. Default: the fleet's default base.")
                    @Nullable
                    String base,
            @Option(
                            names = "--ignore-text-encoder",
                            description =
                                    "Ignores the file's tensors for the text encoders. The adapter then changes only"
                                            + " the UNet.")
                    boolean ignoreTextEncoder,
            @Option(
                            names = "--trigger-word",
                            paramLabel = "WORD",
                            description =
                                    "For an embedding: the word in a prompt that its vectors replace. Default: the"
                                            + " word in the file or, if the file has none, NAME.")
                    @Nullable
                    String triggerWord,
            @Mixin SamplingDefaultsOptions sampling)
            throws IOException, InterruptedException {
        if (!Files.exists(file)) {
            throw new FleetException("file not found: " + file);
        }
        output.printOne(
                gateway.client()
                        .addAdapter(
                                name,
                                file,
                                student == null ? null : student.guidance,
                                base,
                                ignoreTextEncoder,
                                triggerWord,
                                sampling.defaults()),
                added -> "added " + added.pinned() + " (sha256 " + added.sha256() + ")"
                        + (added.textEncoder() == TextEncoder.IGNORED
                                ? "; its tensors for a text encoder are ignored"
                                : "")
                        + (added.embedding() == null
                                ? ""
                                : "; its trigger word is " + added.embedding().triggerWord()),
                AdapterCommand::reference);
        return ExitCode.OK;
    }

    @Command(
            name = "list",
            description = "Lists the adapters with their routes and versions.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} adapter list -o wide"})
    int list() throws IOException, InterruptedException {
        output.print(
                gateway.client().adapters(),
                adapters -> adapters.stream()
                        .flatMap(adapter -> AdapterTable.rows(adapter).stream())
                        .toList(),
                AdapterTable.of(Instant.now()),
                AdapterTable.Row::reference,
                "no adapters found");
        return ExitCode.OK;
    }

    @Command(
            name = "rollback",
            description = "Restores the previous stable version, and removes the canary and the shadow.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} adapter rollback fast"})
    int rollback(@Parameters(paramLabel = "NAME", description = "Name of the adapter.") String name)
            throws IOException, InterruptedException {
        print(gateway.client().rollBack(name));
        return ExitCode.OK;
    }

    @Command(
            name = "remove",
            description = "Retires a version, or an adapter with all its versions and its route. New requests"
                    + " cannot use a retired version.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} adapter remove fast@2"})
    int remove(
            @Parameters(paramLabel = "NAME[@VERSION]", description = "Adapter or version to retire.") String reference)
            throws IOException, InterruptedException {
        print(gateway.client().retire(reference));
        return ExitCode.OK;
    }

    GatewayOptions gateway() {
        return gateway;
    }

    /** Prints an adapter that the gateway has changed. */
    void print(Response<AdapterInfo> response) {
        output.print(
                response,
                AdapterTable::rows,
                AdapterTable.of(Instant.now()),
                AdapterTable.Row::reference,
                "the adapter has no versions");
    }

    private static String reference(AdapterVersion version) {
        return version.name() + "@" + version.version();
    }

    /** The options that declare a guidance student. Either both are set or neither is. */
    static final class StudentOptions {
        @Option(
                names = "--student",
                required = true,
                description = "Adds the file as a guidance student. Without --student and --guidance, the file is a"
                        + " style.")
        @SuppressWarnings("unused") // picocli sets it
        private boolean student;

        @Option(
                names = "--guidance",
                paramLabel = "SCALE",
                required = true,
                description = "Guidance scale at which the student was distilled.")
        private double guidance;
    }
}
