// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.FleetException;
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
        description = "Adds LoRA adapters to a running fleet, lists them, and says which versions requests get.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = AdapterRouteCommand.class)
public final class AdapterCommand {
    @Mixin
    private GatewayOptions gateway;

    @Command(
            name = "add",
            sortOptions = false,
            description = "Makes a safetensors file the newest version of an adapter.")
    int add(
            @Parameters(paramLabel = "NAME", description = "Letters, digits, '.', '_' and '-'.") String name,
            @Parameters(paramLabel = "FILE", description = "LoRA weights in safetensors.") Path file,
            @ArgGroup(exclusive = false) @Nullable Student student)
            throws IOException, InterruptedException {
        if (!Files.isRegularFile(file)) {
            throw new FleetException("there is no file " + file);
        }
        gateway.print(
                gateway.client().addAdapter(name, file, student == null ? null : student.guidance),
                added -> "added " + added.pinned() + " (sha256 " + added.sha256() + ")");
        return ExitCode.OK;
    }

    @Command(name = "list", description = "Shows every adapter: its route and its versions.")
    int list() throws InterruptedException {
        gateway.printAll(gateway.client().adapters(), AdapterInfo::text, "there is no adapter");
        return ExitCode.OK;
    }

    @Command(
            name = "roll-back",
            description = "Gives requests the stable version before, and removes canary and shadow.")
    int rollBack(@Parameters(paramLabel = "NAME", description = "The adapter.") String name)
            throws InterruptedException {
        gateway.print(gateway.client().rollBack(name), AdapterInfo::text);
        return ExitCode.OK;
    }

    @Command(
            name = "remove",
            description = "Retires a version, or an adapter with all its versions and its route. No new request may use"
                    + " what is retired.")
    int remove(@Parameters(paramLabel = "NAME[@VERSION]", description = "What to retire.") String reference)
            throws InterruptedException {
        gateway.print(gateway.client().retire(reference), AdapterInfo::text);
        return ExitCode.OK;
    }

    GatewayOptions gateway() {
        return gateway;
    }

    /** What sets a guidance student apart from a style. Both options, or none. */
    static final class Student {
        @Option(
                names = "--student",
                required = true,
                description = "It is a guidance student: it learned the guided result of the base model...")
        @SuppressWarnings("unused") // it is there if the group is
        private boolean student;

        @Option(
                names = "--guidance",
                paramLabel = "SCALE",
                required = true,
                description = "...at this guidance scale. Without these two it is a style.")
        private double guidance;
    }
}
