// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.adapter.AdapterVersion.TextEncoder;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.client.AdapterInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "adapter",
        description = "Adds, lists and retires a fleet's LoRA adapters, and sets the versions that" + " requests use.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = AdapterRouteCommand.class)
public final class AdapterCommand {
    @Mixin
    private GatewayOptions gateway;

    @Command(
            name = "add",
            sortOptions = false,
            description = "Uploads a safetensors file or a PEFT folder as the newest version of an adapter.")
    int add(
            @Parameters(paramLabel = "NAME", description = "Name of the adapter: letters, digits, '.', '_' and '-'.")
                    String name,
            @Parameters(paramLabel = "FILE", description = "LoRA weights: a safetensors file, or a folder of PEFT.")
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
                            description = "Ignores the file's tensors for the text encoders: the adapter changes the"
                                    + " UNet alone.")
                    boolean ignoreTextEncoder)
            throws IOException, InterruptedException {
        if (!Files.exists(file)) {
            throw new FleetException("file not found: " + file);
        }
        gateway.print(
                gateway.client()
                        .addAdapter(name, file, student == null ? null : student.guidance, base, ignoreTextEncoder),
                added -> "added " + added.pinned() + " (sha256 " + added.sha256() + ")"
                        + (added.textEncoder() == TextEncoder.IGNORED
                                ? "; its tensors for a text encoder are ignored"
                                : ""));
        return ExitCode.OK;
    }

    @Command(name = "list", description = "Lists the adapters with their routes and versions.")
    int list() throws InterruptedException {
        gateway.printAll(gateway.client().adapters(), AdapterInfo::text, "no adapters found");
        return ExitCode.OK;
    }

    @Command(
            name = "roll-back",
            description = "Restores the previous stable version, and removes the canary and the shadow.")
    int rollBack(@Parameters(paramLabel = "NAME", description = "Name of the adapter.") String name)
            throws InterruptedException {
        gateway.print(gateway.client().rollBack(name), AdapterInfo::text);
        return ExitCode.OK;
    }

    @Command(
            name = "remove",
            description = "Retires a version, or an adapter with all its versions and its route. New requests"
                    + " cannot use a retired version.")
    int remove(
            @Parameters(paramLabel = "NAME[@VERSION]", description = "Adapter or version to retire.") String reference)
            throws InterruptedException {
        gateway.print(gateway.client().retire(reference), AdapterInfo::text);
        return ExitCode.OK;
    }

    GatewayOptions gateway() {
        return gateway;
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
