// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.NewRoute;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
        name = "route",
        sortOptions = false,
        description = {
            "Sets the route of an adapter: the versions for requests that name the adapter" + " without a version.",
            "The command replaces the whole route. It removes a canary or shadow that is not"
                    + " specified. Without --stable, it keeps the stable version."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} adapter route fast --stable 1 --canary 2 --canary-share 0.1"})
final class AdapterRouteCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @ParentCommand
    private AdapterCommand adapters;

    @Parameters(paramLabel = "NAME", description = "Name of the adapter.")
    private String name;

    @Option(
            names = "--stable",
            paramLabel = "N",
            description = "Version for most requests. Default: the current stable version.")
    private @Nullable Integer stable;

    @ArgGroup(exclusive = false)
    private @Nullable CanaryOptions canary;

    @ArgGroup(exclusive = false)
    private @Nullable ShadowOptions shadow;

    @Option(names = "--newest", description = "Removes the route. Requests then use the newest version.")
    private boolean newest;

    /** Either both options are set, or neither. */
    static final class CanaryOptions {
        @Option(
                names = "--canary",
                paramLabel = "N",
                required = true,
                description = "Version to compare with the stable version on a share of the requests.")
        private int version;

        @Option(
                names = "--canary-share",
                paramLabel = "X",
                required = true,
                description = "Share of the requests that use the canary, greater than 0 and up to 1.")
        private double share;
    }

    /** Either both options are set, or neither. */
    static final class ShadowOptions {
        @Option(
                names = "--shadow",
                paramLabel = "N",
                required = true,
                description = "Student to run alongside a share of the requests, to measure its error. It does"
                        + " not change their images.")
        private int version;

        @Option(
                names = "--shadow-share",
                paramLabel = "X",
                required = true,
                description = "Share of the requests alongside which the shadow runs, greater than 0 and up to 1.")
        private double share;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean isRoute = stable != null || canary != null || shadow != null;
        if (isRoute == newest) {
            throw usage("expected --newest, or any of --stable, --canary and --shadow, found "
                    + (newest ? "both" : "neither"));
        }
        GatewayClient client = adapters.gateway().client();
        adapters.print(newest ? client.removeRoute(name) : client.route(name, route(client)));
        return ExitCode.OK;
    }

    private NewRoute route(GatewayClient client) throws InterruptedException {
        return new NewRoute(
                stable == null ? currentStable(client) : stable,
                canary == null ? null : new NewRoute.Share(canary.version, canary.share),
                shadow == null ? null : new NewRoute.Share(shadow.version, shadow.share));
    }

    private int currentStable(GatewayClient client) throws InterruptedException {
        AdapterRoute route = client.adapter(name).value().route();
        if (route == null) {
            throw usage(name + " has no route: set --stable");
        }
        return route.stable();
    }

    private ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
