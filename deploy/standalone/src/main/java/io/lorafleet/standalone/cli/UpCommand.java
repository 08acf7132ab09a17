// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.cli.option.FleetOptions;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

@Command(
        name = "up",
        sortOptions = false,
        description =
                "Runs a fleet on this machine until Ctrl-C: a Kafka broker, the gateway, workers and" + " the trainer.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} up --model /models/sd15 --workers 2"})
public final class UpCommand implements Callable<Integer> {
    @Mixin
    private FleetOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        FleetSettings settings = options.settings();
        try (LocalFleet fleet = new LocalFleet(settings, System.err::println)) {
            Runtime.getRuntime().addShutdownHook(new Thread(fleet::close));
            fleet.start();
            System.out.println("The fleet is ready: " + fleet.gateway());
            System.out.println("Generate an image: "
                    + (settings.apiKeys() == null ? "" : GatewayClient.KEY + "=lf_... ")
                    + CommandName.get() + " generate \"a large red star on a white background\""
                    + (settings.port() == FleetOptions.DEFAULT_PORT ? "" : " --url " + fleet.gateway())
                    + " -o star.png");
            System.out.println("Logs: " + settings.data().resolve("logs"));
            System.out.println("Press Ctrl-C to stop the fleet.");
            fleet.awaitClosed();
            return ExitCode.OK;
        }
    }
}
