// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.broker.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A Kafka node of a run. It has a listener for the run itself, and one for each service, which the service reaches only
 * through its proxy.
 */
public final class BrokerNode {
    /**
     * The shortest lock duration that Kafka allows by default, so that a run need not wait long for a lost worker's
     * requests.
     */
    public static final int LOCK_MS = 15_000;

    /** A record is acknowledged when two of three nodes have it. */
    private static final Map<String, String> REPLICATED = Map.of(
            "default.replication.factor", "3",
            "min.insync.replicas", "2",
            "offsets.topic.replication.factor", "3",
            "transaction.state.log.replication.factor", "3",
            "transaction.state.log.min.isr", "2",
            "share.coordinator.state.topic.replication.factor", "3",
            "share.coordinator.state.topic.min.isr", "2");

    /** The port of a listener, and the proxy's port, which the broker advertises for the listener. */
    public record Door(int port, int proxyPort) {}

    private final int id;
    private final int port = Ports.free();
    private final int controllerPort = Ports.free();
    private final Map<String, Door> doors = new LinkedHashMap<>();

    public BrokerNode(int id, List<String> services) throws IOException {
        this.id = id;
        for (String service : services) {
            doors.put(service, new Door(Ports.free(), Ports.free()));
        }
    }

    public static String name(int id) {
        return "broker-" + id;
    }

    public String name() {
        return name(id);
    }

    public Door door(String service) {
        return Objects.requireNonNull(doors.get(service), service);
    }

    public String bootstrap() {
        return "localhost:" + port;
    }

    /**
     * @param cluster all nodes of the cluster
     * @return the command of the node's process
     */
    public List<String> command(Path folder, String clusterId, List<BrokerNode> cluster) {
        List<String> command = new ArrayList<>(List.of(JavaCommand.java()));
        command.addAll(JavaCommand.SHORT_LIVED);
        command.addAll(List.of(
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerMain.class.getName(),
                folder.toString(),
                clusterId,
                Integer.toString(id),
                Integer.toString(port),
                Integer.toString(controllerPort)));
        settings(cluster).forEach((key, value) -> command.add(key + "=" + value));
        return command;
    }

    private Map<String, String> settings(List<BrokerNode> cluster) {
        StringBuilder listeners =
                new StringBuilder("CLIENTS://localhost:" + port + ",CONTROLLER://localhost:" + controllerPort);
        StringBuilder advertised = new StringBuilder("CLIENTS://localhost:" + port);
        StringBuilder protocols = new StringBuilder("CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT");
        doors.forEach((service, door) -> {
            String listener = "," + service.toUpperCase(Locale.ROOT).replace('-', '_');
            listeners.append(listener).append("://localhost:").append(door.port());
            advertised.append(listener).append("://localhost:").append(door.proxyPort());
            protocols.append(listener).append(":PLAINTEXT");
        });
        Map<String, String> settings = new LinkedHashMap<>(cluster.size() > 1 ? REPLICATED : Map.of());
        settings.put("listeners", listeners.toString());
        settings.put("advertised.listeners", advertised.toString());
        settings.put("listener.security.protocol.map", protocols.toString());
        settings.put("group.share.record.lock.duration.ms", Integer.toString(LOCK_MS));
        settings.put(
                "controller.quorum.voters",
                cluster.stream()
                        .map(node -> node.id + "@localhost:" + node.controllerPort)
                        .collect(Collectors.joining(",")));
        return settings;
    }
}
