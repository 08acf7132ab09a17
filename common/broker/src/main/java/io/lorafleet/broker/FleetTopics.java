// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.record.TimestampType;

/** Creates a fleet's topics and group settings, and finds existing topics whose settings differ. */
public final class FleetTopics {
    /**
     * Minimum number of replicas that must store a record before it is acknowledged. With Kafka's default of 1, the
     * failure of one broker can cause the loss of records.
     */
    private static final String MIN_IN_SYNC_REPLICAS = "2";
    /** Kafka's default value of {@code segment.ms}. */
    private static final Duration SEGMENT = Duration.ofDays(7);
    /** Short, because Kafka compacts only closed segments, and readers start at the beginning of the topic. */
    private static final Duration COMPACTED_SEGMENT = Duration.ofHours(1);

    /**
     * An existing topic's setting that differs from its expected value.
     *
     * @param topic name of the topic, including the prefix
     * @param setting name of the topic's setting, such as {@code retention.ms}
     * @param expected expected value
     * @param found actual value
     */
    public record Difference(String topic, String setting, String expected, String found) {
        @Override
        public String toString() {
            return topic + ": " + setting + ": expected " + expected + ", found " + found;
        }
    }

    private final String prefix;
    private final Set<String> pools;
    private final int partitions;
    private final int requestPartitions;
    private final short replicationFactor;

    /** A topic of this fleet, and its full name. */
    private record Named(Topic topic, String name) {}

    /**
     * @param prefix prefix of all topic names; may be empty
     * @param partitions number of partitions in each topic that is not compacted
     * @param replicationFactor number of replicas per partition, or -1 for the cluster's default
     */
    public FleetTopics(String prefix, int partitions, short replicationFactor) {
        this(prefix, Set.of(), partitions, partitions, replicationFactor);
    }

    /**
     * @param prefix prefix of all topic names; may be empty
     * @param pools pools to create, in addition to the default pool and to pools that already have topics
     * @param partitions number of partitions in each topic that is not compacted, except the request topics
     * @param requestPartitions number of partitions in each request topic. One partition serves any number of workers.
     *     With more partitions, Kafka assigns only some of them to each slot, so the slots that a worker reserves for
     *     interactive requests do not cover all of them
     * @param replicationFactor number of replicas per partition, or -1 for the cluster's default
     */
    public FleetTopics(
            String prefix, Set<String> pools, int partitions, int requestPartitions, short replicationFactor) {
        this.prefix = prefix;
        this.pools = Set.copyOf(pools);
        this.partitions = partitions;
        this.requestPartitions = requestPartitions;
        this.replicationFactor = replicationFactor;
    }

    /** Creates the missing topics and sets the share groups' settings. Does not change existing topics. */
    public void provision(Admin admin) throws InterruptedException, ExecutionException {
        Set<String> existing = admin.listTopics().names().get();
        int replicas = replicationFactor > 0 ? replicationFactor : defaultReplicas(admin);
        List<NewTopic> missing = topics(existing)
                .filter(topic -> !existing.contains(topic.name()))
                .map(topic -> describe(topic, replicas))
                .toList();
        for (var created : admin.createTopics(missing).values().values()) {
            try {
                created.get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) { // created by another process
                    throw e;
                }
            }
        }
        Map<ConfigResource, Collection<AlterConfigOp>> groups = new HashMap<>();
        pools(existing).forEach(pool -> groups.put(workerGroup(pool), groupSettings()));
        admin.incrementalAlterConfigs(groups).all().get();
    }

    /** @return the fleet's topics, in the order of {@link Topic} */
    private Stream<Named> topics(Set<String> existing) {
        Set<String> all = pools(existing);
        return Arrays.stream(Topic.values())
                .flatMap(topic -> topic.hasPools()
                        ? all.stream().map(pool -> new Named(topic, topic.in(prefix, pool)))
                        : Stream.of(new Named(topic, topic.in(prefix))));
    }

    /** @return the default pool, the pools to create and the pools that already have topics */
    private Set<String> pools(Set<String> existing) {
        Set<String> all = new TreeSet<>(pools);
        all.add(PoolName.DEFAULT);
        existing.forEach(name -> Topic.poolOf(prefix, name).ifPresent(all::add));
        return all;
    }

    /** @return the names of the fleet's topics, including those of pools that already have topics */
    public List<String> names(Admin admin) throws InterruptedException, ExecutionException {
        return topics(admin.listTopics().names().get()).map(Named::name).toList();
    }

    private static int defaultReplicas(Admin admin) throws InterruptedException, ExecutionException {
        String node = admin.describeCluster().nodes().get().iterator().next().idString();
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node);
        Config config = admin.describeConfigs(List.of(broker)).all().get().get(broker);
        return Integer.parseInt(value(Objects.requireNonNull(config), "default.replication.factor"));
    }

    /**
     * @return the settings of existing topics that differ from the settings of a new topic, in the order of {@link
     *     Topic}
     */
    public List<Difference> differences(Admin admin) throws InterruptedException, ExecutionException {
        Set<String> existing = admin.listTopics().names().get();
        List<Named> topics = topics(existing)
                .filter(topic -> existing.contains(topic.name()))
                .toList();
        Map<ConfigResource, Config> configs = admin.describeConfigs(
                        topics.stream().map(topic -> resource(topic.name())).toList())
                .all()
                .get();
        Map<String, TopicDescription> descriptions = admin.describeTopics(
                        topics.stream().map(Named::name).toList())
                .allTopicNames()
                .get();
        List<Difference> differences = new ArrayList<>();
        for (Named topic : topics) {
            String name = topic.name();
            Config config = configs.get(resource(name));
            TopicDescription description = descriptions.get(name);
            if (config == null || description == null) {
                continue;
            }
            int replicas = description.partitions().get(0).replicas().size();
            settings(topic.topic(), replicas).forEach((setting, expected) -> {
                String found = value(config, setting);
                if (!satisfies(setting, found, expected)) {
                    differences.add(new Difference(name, setting, expected, found));
                }
            });
        }
        return differences;
    }

    /**
     * @return notes about request topics that have more partitions than expected; such topics cannot be fixed, because
     *     Kafka cannot remove partitions
     */
    public List<String> remarks(Admin admin) throws InterruptedException, ExecutionException {
        Set<String> existing = admin.listTopics().names().get();
        List<String> names = topics(existing)
                .filter(topic -> topic.topic().hasPools())
                .map(Named::name)
                .filter(existing::contains)
                .toList();
        return admin.describeTopics(names).allTopicNames().get().values().stream()
                .filter(topic -> topic.partitions().size() > requestPartitions)
                .map(topic -> topic.name() + ": partitions: expected " + requestPartitions + ", found "
                        + topic.partitions().size()
                        + "; interactive requests may wait although slots are reserved for them")
                .sorted()
                .toList();
    }

    /** Sets the expected values. */
    public void fix(Admin admin, List<Difference> differences) throws InterruptedException, ExecutionException {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new LinkedHashMap<>();
        for (Difference each : differences) {
            changes.computeIfAbsent(resource(each.topic()), topic -> new ArrayList<>())
                    .add(set(each.setting(), each.expected()));
        }
        admin.incrementalAlterConfigs(changes).all().get();
    }

    private static boolean satisfies(String setting, String found, String expected) {
        return setting.equals(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
                ? Integer.parseInt(found) >= Integer.parseInt(expected)
                : found.equals(expected);
    }

    private NewTopic describe(Named named, int replicas) {
        Topic topic = named.topic();
        // With a single partition, all records of a compacted topic are in order.
        int count = topic.cleanup() == Topic.Cleanup.COMPACT ? 1 : partitions;
        int number = topic.hasPools() ? requestPartitions : count;
        return new NewTopic(named.name(), number, replicationFactor).configs(settings(topic, replicas));
    }

    private static Map<String, String> settings(Topic topic, int replicas) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (replicas > 2) { // with two replicas, producers could not write while one broker is down
            settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, MIN_IN_SYNC_REPLICAS);
        }
        if (topic.cleanup() == Topic.Cleanup.COMPACT) {
            settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
            settings.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
            settings.put(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(COMPACTED_SEGMENT.toMillis()));
            if (topic == Topic.WORKERS) { // readers compare the times of different workers
                settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, TimestampType.LOG_APPEND_TIME.name);
            }
            return settings;
        }
        Duration retention = Objects.requireNonNull(topic.retention());
        Duration quarter = retention.dividedBy(4); // Kafka deletes only closed segments
        Duration segment = quarter.compareTo(SEGMENT) < 0 ? quarter : SEGMENT;
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
        settings.put(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(segment.toMillis()));
        return settings;
    }

    private static String value(Config config, String setting) {
        return Objects.requireNonNull(config.get(setting), setting).value();
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private ConfigResource workerGroup(String pool) {
        return new ConfigResource(ConfigResource.Type.GROUP, Topic.workerGroup(prefix, pool));
    }

    private static List<AlterConfigOp> groupSettings() {
        List<AlterConfigOp> settings = new ArrayList<>();
        // By default, a share group starts at the end of a topic and would skip requests sent before the first worker
        // started.
        settings.add(set("share.auto.offset.reset", "earliest"));
        return settings;
    }

    private static AlterConfigOp set(String key, String value) {
        return new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    }
}
