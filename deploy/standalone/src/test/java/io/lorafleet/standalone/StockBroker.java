// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;

/**
 * Apache Kafka with its default settings, in a separate process. A share group drops a record after five deliveries;
 * the embedded broker of a fleet allows ten.
 */
final class StockBroker implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final Process process;
    private final int port;

    private StockBroker(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static StockBroker start(Path folder) throws IOException, InterruptedException {
        int port = Ports.free();
        int controllerPort = Ports.free();
        // As in Kafka's config/server.properties, except for the addresses and the folder.
        Path settings = Files.writeString(
                folder.resolve("server.properties"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.bootstrap.servers=localhost:%2$d
                listeners=PLAINTEXT://localhost:%1$d,CONTROLLER://localhost:%2$d
                inter.broker.listener.name=PLAINTEXT
                advertised.listeners=PLAINTEXT://localhost:%1$d,CONTROLLER://localhost:%2$d
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                num.partitions=1
                offsets.topic.replication.factor=1
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                """.formatted(port, controllerPort, folder.resolve("kafka")));
        Path log = folder.resolve("kafka.log");
        String cluster = Uuid.randomUuid().toString();
        Process format = java(
                log, "kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", settings.toString());
        if (!format.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS) || format.exitValue() != 0) {
            throw new IOException("Kafka's folder could not be formatted: " + Files.readString(log));
        }
        Process process = java(log, "kafka.Kafka", settings.toString());
        await("Kafka listens, see " + log).atMost(TIMEOUT).until(() -> !Ports.isFree(port) || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException("Kafka ended while starting: " + Files.readString(log));
        }
        return new StockBroker(process, port);
    }

    private static Process java(Path log, String... mainAndArguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(mainAndArguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    String bootstrapServers() {
        return "localhost:" + port;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }
}
