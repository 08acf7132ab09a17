// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A single in-process Kafka node that keeps its log in a directory. The node is both broker and controller (KRaft). */
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
     * Starts a broker on the loopback interface, without authentication. An existing log in the directory is reused.
     *
     * @param directory log directory, created if it does not exist
     * @param port port for clients
     * @param controllerPort controller port, which only the node itself uses
     */
    public static EmbeddedBroker start(Path directory, int port, int controllerPort) throws IOException {
        return start(directory, port, controllerPort, Map.of());
    }

    /** Like {@link #start}, but both ports require the credentials in {@link #login}. */
    public static EmbeddedBroker startClosed(Path directory, int port, int controllerPort) throws IOException {
        BrokerPassword password = BrokerPassword.random();
        return start(directory, port, controllerPort, password.brokerSettings(), password.clientSettings());
    }

    /**
     * Like {@link #start}, with additional settings.
     *
     * @param settings broker settings, which override the defaults
     */
    public static EmbeddedBroker start(Path directory, int port, int controllerPort, Map<String, String> settings)
            throws IOException {
        return start(directory, port, controllerPort, settings, Map.of());
    }

    /**
     * Starts one of several nodes. The settings must specify the voters of the controller quorum and the replication
     * factors.
     *
     * @param clusterId base64 id that all nodes of the cluster share, for example {@link Uuid#randomUuid}
     * @param nodeId id of this node
     * @param settings broker settings, which override the defaults
     */
    public static EmbeddedBroker startNode(
            Path directory, String clusterId, int nodeId, int port, int controllerPort, Map<String, String> settings)
            throws IOException {
        Map<String, String> all = new HashMap<>(settings);
        all.put("node.id", Integer.toString(nodeId));
        return start(directory, clusterId, nodeId, config(directory, port, controllerPort, all), port, Map.of());
    }

    private static EmbeddedBroker start(
            Path directory, int port, int controllerPort, Map<String, String> settings, Map<String, String> login)
            throws IOException {
        KafkaConfig config = config(directory, port, controllerPort, settings);
        return start(directory, Uuid.randomUuid().toString(), NODE_ID, config, port, login);
    }

    private static EmbeddedBroker start(
            Path directory, String clusterId, int nodeId, KafkaConfig config, int port, Map<String, String> login)
            throws IOException {
        Files.createDirectories(directory);
        if (!Files.exists(directory.resolve("meta.properties"))) {
            format(directory, clusterId, nodeId);
        }
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        server.startup();
        return new EmbeddedBroker(server, "localhost:" + port, login);
    }

    /** @return the value of {@code bootstrap.servers} for clients */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** @return the client settings for authentication, which are secret; empty if the broker has no authentication */
    public Map<String, String> login() {
        return login;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path directory, String clusterId, int nodeId) throws IOException {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(PrintStream.nullOutputStream()))
                .setNodeId(nodeId)
                .setClusterId(clusterId)
                .setControllerListenerName(CONTROLLER)
                .setMetadataLogDirectory(directory.toString())
                .setDirectories(List.of(directory.toString()));
        try {
            formatter.run();
        } catch (Exception e) {
            throw new IOException(directory + ": cannot format the directory for Kafka", e);
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
        // A single node allows only one replica.
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "4");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.num.partitions", "4");
        // When a worker is killed, each record that it held can use up several deliveries.
        p.setProperty("group.share.delivery.count.limit", "10");
        // Each slot of a worker is a group member. Kafka allows at most 1000 members.
        p.setProperty("group.share.max.size", "1000");
        // On one machine, there is no need to wait for more members to join the group.
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.putAll(settings);
        return new KafkaConfig(p, false);
    }
}
