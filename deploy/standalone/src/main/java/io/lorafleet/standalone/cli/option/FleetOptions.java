// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.PoolSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The options of every command that starts a fleet on this machine. */
public final class FleetOptions {
    public static final int DEFAULT_PORT = 8080;
    /** All options except {@code --port}, which also selects a running gateway. */
    private static final List<String> SETTINGS_OF_A_NEW_FLEET = List.of(
            "--broker-port",
            "--bootstrap",
            "--data",
            "--model",
            "--control-nets",
            "--workers",
            "--pool",
            "--topic-prefix",
            "--api-keys");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "" + DEFAULT_PORT,
            description = "Port of the gateway, 1 to 65535 (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--broker-port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "Port of the embedded Kafka broker, 1 to 65535 (default: ${DEFAULT-VALUE}).")
    private int brokerPort;

    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            description = "Address of a running Kafka broker to use instead of the embedded broker. Missing topics"
                    + " are created.")
    private @Nullable String bootstrap;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder: Kafka log, images, adapters and log files. Default: .lorafleet in the"
                    + " repository, or lorafleet in ~/.local/share for an installed release.")
    private @Nullable Path data;

    @Option(
            names = "--model",
            paramLabel = "PATH",
            description = "Base model: a folder in the diffusers layout, or a single-file checkpoint. Default:"
                    + " deploy/demo-model.")
    private @Nullable Path model;

    @Option(
            names = "--control-nets",
            paramLabel = "DIR",
            description = "Folder of ControlNets for the base model: each entry is a folder in the diffusers layout, or"
                    + " a .safetensors file. Default: none.")
    private @Nullable Path controlNets;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of workers, 1 to 64 (default: ${DEFAULT-VALUE}). They share the processors of"
                    + " the machine.")
    private int workers;

    @Option(
            names = "--pool",
            paramLabel = "NAME=PATH[:N]",
            description = "Additional pool of N workers (default: 1) with the base model at PATH. Can be repeated.")
    private List<String> pools = List.of();

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = "",
            converter = TopicPrefixOption.class,
            description =
                    "Prefix of the topic and group names, so that several fleets can share a broker. Default: none.")
    private String topicPrefix;

    @Option(
            names = "--api-keys",
            paramLabel = "FILE",
            description = "API key file, created by '${ROOT-COMMAND-NAME} key create'. With this option, the gateway"
                    + " requires a key.")
    private @Nullable Path apiKeys;

    public FleetSettings settings() {
        requireRange("--port", port, 65535);
        requireRange("--broker-port", brokerPort, 65535);
        requireRange("--workers", workers, 64);
        Path root = Path.of(System.getProperty("lorafleet.root", "")).toAbsolutePath();
        return new FleetSettings(
                root,
                (data == null ? defaultData(root) : data).toAbsolutePath().normalize(),
                model == null
                        ? root.resolve("deploy/demo-model")
                        : model.toAbsolutePath().normalize(),
                port,
                brokerPort,
                bootstrap,
                workers,
                topicPrefix,
                apiKeys == null ? null : apiKeys.toAbsolutePath(),
                pools(),
                controlNets == null ? null : controlNets.toAbsolutePath().normalize());
    }

    /** The launcher of an installed release names a folder, because the release may be read-only. */
    private static Path defaultData(Path root) {
        String installed = System.getProperty("lorafleet.data");
        return installed == null ? root.resolve(".lorafleet") : Path.of(installed);
    }

    private List<PoolSettings> pools() {
        Map<String, PoolSettings> byName = new LinkedHashMap<>();
        for (String text : pools) {
            try {
                PoolSettings pool = PoolSettings.parse(text);
                if (byName.put(pool.name(), pool) != null) {
                    throw new IllegalArgumentException("expected each name once, found " + pool.name() + " twice");
                }
            } catch (IllegalArgumentException e) {
                throw new ParameterException(command.commandLine(), "--pool: " + e.getMessage());
            }
        }
        return List.copyOf(byName.values());
    }

    /**
     * Checks that the command line has no option that would change a fleet, because a gateway is already running.
     *
     * @param gateway URL of the gateway
     */
    public void requireNoneFor(String gateway) {
        ParseResult given = command.commandLine().getParseResult();
        SETTINGS_OF_A_NEW_FLEET.stream()
                .filter(given::hasMatchedOption)
                .findFirst()
                .ifPresent(option -> {
                    throw new ParameterException(
                            command.commandLine(),
                            option + ": has no effect on the fleet that is running at " + gateway
                                    + "; omit the option, or stop the fleet first");
                });
    }

    private void requireRange(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new ParameterException(command.commandLine(), option + ": expected 1 to " + max + ", found " + value);
        }
    }
}
