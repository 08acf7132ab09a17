// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import io.lorafleet.messages.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates a fleet's topics and group settings. This is idempotent: existing topics are not changed. */
public final class FleetTopics {
    private final String prefix;
    private final int partitions;
    private final short replicationFactor;

    /**
     * @param prefix prefix of all topic names, may be empty
     * @param partitions number of partitions in each topic that is not compacted
     * @param replicationFactor number of replicas per partition
     */
    public FleetTopics(String prefix, int partitions, short replicationFactor) {
        this.prefix = prefix;
        this.partitions = partitions;
        this.replicationFactor = replicationFactor;
    }

    /** Creates the missing topics and sets the share group's settings. */
    public void provision(Admin admin) throws InterruptedException, ExecutionException {
        Set<String> existing = admin.listTopics().names().get();
        List<NewTopic> missing = Arrays.stream(Topic.values())
                .filter(topic -> !existing.contains(topic.in(prefix)))
                .map(this::describe)
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
        admin.incrementalAlterConfigs(Map.of(workerGroup(), groupSettings()))
                .all()
                .get();
    }

    private NewTopic describe(Topic topic) {
        Map<String, String> config = new LinkedHashMap<>();
        if (topic.cleanup() == Topic.Cleanup.COMPACT) {
            config.put("cleanup.policy", "compact");
            // Readers start at the beginning, so the topic has one partition and is compacted often.
            config.put("min.cleanable.dirty.ratio", "0.1");
            return new NewTopic(topic.in(prefix), 1, replicationFactor).configs(config);
        }
        config.put(
                "retention.ms",
                Long.toString(Objects.requireNonNull(topic.retention()).toMillis()));
        return new NewTopic(topic.in(prefix), partitions, replicationFactor).configs(config);
    }

    private ConfigResource workerGroup() {
        return new ConfigResource(ConfigResource.Type.GROUP, prefix + Topic.WORKER_GROUP);
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
