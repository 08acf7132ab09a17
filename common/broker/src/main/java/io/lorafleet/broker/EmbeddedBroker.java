// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A single Kafka node (KRaft: broker and controller in one) in this process, with its log in a directory. */
public final class EmbeddedBroker implements AutoCloseable {
    static final String LISTENER = "CLIENTS";
    static final String CONTROLLER = "CONTROLLER";

    private static final int NODE_ID = 1;

    private final KafkaRaftServer server;
    private final String bootstrapServers;
    private final Map<String, String> login;

    private EmbeddedBroker(KafkaRaftServer server, String bootstrapServers, Map<String, String> login) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
        this.login = login;
    }

    /**
     * Starts a broker on the loopback interface, which takes anybody on this machine for a client. A directory that held
     * one before is taken up again.
     *
     * @param directory for the log; made if it is not there
     * @param port where clients connect
     * @param controllerPort where the node talks to itself
     */
    public static EmbeddedBroker start(Path directory, int port, int controllerPort) throws IOException {
        return start(directory, port, controllerPort, Map.of());
    }

    /** Starts a broker that only those talk to who have its {@link #login}, on either port. */
    public static EmbeddedBroker startClosed(Path directory, int port, int controllerPort) throws IOException {
        BrokerPassword password = BrokerPassword.draw();
        return start(directory, port, controllerPort, password.brokerSettings(), password.clientSettings());
    }

    /** @param settings of the broker that go before its own */
    public static EmbeddedBroker start(Path directory, int port, int controllerPort, Map<String, String> settings)
            throws IOException {
        return start(directory, port, controllerPort, settings, Map.of());
    }

    private static EmbeddedBroker start(
            Path directory, int port, int controllerPort, Map<String, String> settings, Map<String, String> login)
            throws IOException {
        Files.createDirectories(directory);
        if (!Files.exists(directory.resolve("meta.properties"))) {
            format(directory);
        }
        KafkaRaftServer server = new KafkaRaftServer(config(directory, port, controllerPort, settings), Time.SYSTEM);
        server.startup();
        return new EmbeddedBroker(server, "localhost:" + port, login);
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** @return Kafka's settings by which a client shows that it may talk to this broker; a secret, none if it is open */
    public Map<String, String> login() {
        return login;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path directory) throws IOException {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(PrintStream.nullOutputStream()))
                .setNodeId(NODE_ID)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName(CONTROLLER)
                .setMetadataLogDirectory(directory.toString())
                .setDirectories(List.of(directory.toString()));
        try {
            formatter.run();
        } catch (Exception e) {
            throw new IOException("cannot format " + directory + " for Kafka", e);
        }
    }

    private static KafkaConfig config(Path directory, int port, int controllerPort, Map<String, String> settings) {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", Integer.toString(NODE_ID));
        p.setProperty("controller.quorum.voters", NODE_ID + "@localhost:" + controllerPort);
        p.setProperty("controller.listener.names", CONTROLLER);
        p.setProperty(
                "listeners",
                "%s://localhost:%d,%s://localhost:%d".formatted(LISTENER, port, CONTROLLER, controllerPort));
        p.setProperty("advertised.listeners", LISTENER + "://localhost:" + port);
        p.setProperty("listener.security.protocol.map", LISTENER + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        p.setProperty("inter.broker.listener.name", LISTENER);
        p.setProperty("log.dirs", directory.toString());
        p.setProperty("auto.create.topics.enable", "false");
        // One node can hold one replica.
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "4");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.num.partitions", "4");
        // The slots of a killed worker may use up several deliveries of what it held.
        p.setProperty("group.share.delivery.count.limit", "10");
        // Nobody waits for more members to join a group on one machine.
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.putAll(settings);
        return new KafkaConfig(p, false);
    }
}
