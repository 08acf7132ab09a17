// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.FleetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "restart",
        sortOptions = false,
        description = {
            "Measures the startup time and the peak heap of a gateway when Kafka retains many generations.",
            "Writes the records to a temporary broker, then starts each gateway three times. The first start finds no"
                    + " low-water marks."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} bench restart --finished 10000 --gateway gateway/target/quarkus-app/quarkus-run.jar"
        })
public final class BenchRestartCommand implements Callable<Integer> {
    private static final int STARTS = 3;
    /** Longer than the interval at which a gateway commits its low-water marks. */
    private static final long CHECK_SECONDS = 5;

    @Option(
            names = "--finished",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Number of finished generations (default: ${DEFAULT-VALUE}).")
    private int finished;

    @Option(
            names = "--unfinished",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Number of unfinished generations (default: ${DEFAULT-VALUE}).")
    private int unfinished;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            defaultValue = "2g",
            description = "Maximum heap size of the gateway (default: ${DEFAULT-VALUE}).")
    private String heap;

    @Option(
            names = "--gateway",
            paramLabel = "JAR",
            required = true,
            description = "A gateway's quarkus-run.jar. Repeat the option to compare several builds.")
    private List<Path> gateways;

    @Override
    public Integer call() throws Exception {
        for (Path jar : gateways) {
            if (!Files.exists(jar)) {
                throw new FleetException("--gateway: expected a file, found none at " + jar);
            }
        }
        Path directory = Files.createTempDirectory("lorafleet-restart-");
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("kafka"), Ports.free(), Ports.free())) {
            new ForgedTopics(finished, unfinished).write(broker);
            System.out.println("| gateway | start | seconds until ready | peak heap, MiB | queued |");
            System.out.println("|---|---|---|---|---|");
            for (Path jar : gateways) {
                for (int start = 1; start <= STARTS; start++) {
                    measure(jar, start, broker.bootstrapServers(), directory);
                }
            }
        } finally {
            Utils.delete(directory.toFile());
        }
        return ExitCode.OK;
    }

    private void measure(Path jar, int number, String broker, Path directory) throws Exception {
        try (MeasuredGateway gateway =
                MeasuredGateway.launch(jar, heap, broker, directory.resolve("blobs"), directory.resolve("log"))) {
            MeasuredGateway.Start start = gateway.awaitReady();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d | %.1f | %.0f | %d |%n",
                    jar,
                    number,
                    start.seconds(),
                    start.peakHeapMib(),
                    start.queued());
            TimeUnit.SECONDS.sleep(CHECK_SECONDS);
        }
    }
}
