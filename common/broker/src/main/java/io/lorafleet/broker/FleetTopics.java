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

/** Puts on a broker what a fleet needs there. Safe to repeat: what is there stays as it is. */
public final class FleetTopics {
    private final String prefix;
    private final int partitions;
    private final short replicationFactor;

    /**
     * @param prefix of every topic's name, may be empty
     * @param partitions of the topics that are read in parallel
     */
    public FleetTopics(String prefix, int partitions, short replicationFactor) {
        this.prefix = prefix;
        this.partitions = partitions;
        this.replicationFactor = replicationFactor;
    }

    /** Makes the topics that are missing, and the share group's settings. */
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
                if (!(e.getCause() instanceof TopicExistsException)) { // made by somebody else just now
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
            // Every reader reads the topic from its start: one partition, compacted often.
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
        // A share group starts at the end of a topic unless told otherwise, and would pass over what was
        // requested before the first worker came up.
        settings.add(set("share.auto.offset.reset", "earliest"));
        return settings;
    }

    private static AlterConfigOp set(String key, String value) {
        return new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    }
}
