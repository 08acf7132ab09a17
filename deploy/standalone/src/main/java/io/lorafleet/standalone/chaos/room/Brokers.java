// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.broker.FleetTopics;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.supervisor.ClusterSettings;
import io.lorafleet.standalone.supervisor.Provisioning;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/** The Kafka nodes of a run: a single one, or a cluster. */
public final class Brokers {
    private static final Duration START = Duration.ofMinutes(3);

    /** Used instead of an offset to delete all records. */
    public static final long ALL = -1;

    private final List<BrokerNode> nodes = new ArrayList<>();
    private final Map<Uuid, String> topics = new LinkedHashMap<>();

    /** @param services names of the services that need a listener */
    public Brokers(int count, List<String> services) throws IOException {
        for (int id = 1; id <= count; id++) {
            nodes.add(new BrokerNode(id, services));
        }
    }

    /** @return the command of each node, by the node's name */
    public Map<String, List<String>> commands(Path data) {
        String clusterId = Uuid.randomUuid().toString();
        Map<String, List<String>> commands = new LinkedHashMap<>();
        nodes.forEach(node -> commands.put(node.name(), node.command(data.resolve(node.name()), clusterId, nodes)));
        return commands;
    }

    /**
     * Creates the topics.
     *
     * @param partitions number of partitions in each topic that is not compacted, except the request topics
     */
    public void provision(int partitions) throws InterruptedException, ExecutionException {
        awaitReady();
        Provisioning.provision(settings(), new FleetTopics("", Set.of(), partitions, 1, Provisioning.CLUSTER_DEFAULT));
        try (Admin admin = Admin.create(settings())) {
            admin.describeTopics(admin.listTopics().names().get())
                    .allTopicNames()
                    .get()
                    .forEach((name, topic) -> topics.put(topic.topicId(), name));
        }
    }

    /** Returns when all replicas of all partitions are in sync. */
    public void awaitReady() throws InterruptedException {
        Recorder.await("all replicas to be in sync on the brokers at " + bootstrap(), START, () -> {
            try (Admin admin = Admin.create(settings())) {
                boolean complete = admin.describeCluster().nodes().get().size() == nodes.size()
                        && partitions(admin).stream()
                                .allMatch(partition -> partition.isr().size()
                                        == partition.replicas().size());
                return complete ? Optional.of(true) : Optional.empty();
            } catch (ExecutionException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        });
    }

    private static List<TopicPartitionInfo> partitions(Admin admin) throws InterruptedException, ExecutionException {
        return admin.describeTopics(admin.listTopics().names().get()).allTopicNames().get().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    /**
     * @return the leader of the only partition of a topic; empty if the partition has no leader, or if no node answers
     */
    public Optional<String> leader(String topic) {
        try (Admin admin = Admin.create(settings())) {
            TopicPartitionInfo partition = admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .partitions()
                    .get(0);
            return Optional.ofNullable(partition.leader()).map(node -> BrokerNode.name(node.id()));
        } catch (ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * Deletes the first records of a topic with one partition, as Kafka does after the retention time.
     *
     * @param offset offset of the first record that remains, or {@link #ALL}
     */
    public void deleteRecords(String topic, long offset) throws InterruptedException {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Admin.create(settings())) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new FleetException("cannot delete the records of " + topic + ": " + e.getCause());
        }
    }

    public List<BrokerNode> nodes() {
        return List.copyOf(nodes);
    }

    public List<String> names() {
        return nodes.stream().map(BrokerNode::name).toList();
    }

    /** @return the nodes' own addresses, which bypass the proxies */
    public String bootstrap() {
        return nodes.stream().map(BrokerNode::bootstrap).collect(Collectors.joining(","));
    }

    private Map<String, Object> settings() {
        return ClusterSettings.of(bootstrap(), Map.of());
    }

    public String topic(Uuid id) {
        return Objects.requireNonNullElse(topics.get(id), id.toString());
    }

    public Uuid topicId(String topic) {
        return topics.entrySet().stream()
                .filter(each -> each.getValue().equals(topic))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }
}
