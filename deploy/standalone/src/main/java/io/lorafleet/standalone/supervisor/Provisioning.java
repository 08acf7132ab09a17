// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.FleetTopics.Difference;
import io.lorafleet.standalone.FleetException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** Creates a fleet's topics on a cluster. */
public final class Provisioning {
    /** Selects the replication factor configured on the cluster. */
    public static final short CLUSTER_DEFAULT = -1;

    /**
     * The fleet's topics.
     *
     * @param names names of all topics
     * @param differences settings that differ from the expected values
     * @param remarks other differences, which cannot be fixed
     */
    public record Report(List<String> names, List<Difference> differences, List<String> remarks) {}

    private Provisioning() {}

    /**
     * Creates the missing topics.
     *
     * @param client settings of an admin client; see {@link ClusterSettings}
     * @throws FleetException if the cluster does not respond, or rejects the topics
     */
    public static void provision(Map<String, Object> client, FleetTopics topics) throws InterruptedException {
        with(client, admin -> {
            topics.provision(admin);
            return new Report(List.of(), List.of(), List.of());
        });
    }

    /**
     * Compares the settings of the existing topics, and creates the missing topics.
     *
     * @param fix whether to change differing settings to the expected values
     * @throws FleetException if the cluster does not respond, or rejects the topics
     */
    public static Report provision(Map<String, Object> client, FleetTopics topics, boolean fix)
            throws InterruptedException {
        return with(client, admin -> {
            List<Difference> differences = topics.differences(admin);
            topics.provision(admin);
            if (fix) {
                topics.fix(admin, differences);
            }
            return new Report(topics.names(admin), differences, topics.remarks(admin));
        });
    }

    private interface Task {
        Report run(Admin admin) throws InterruptedException, ExecutionException;
    }

    private static Report with(Map<String, Object> client, Task task) throws InterruptedException {
        Object bootstrap = client.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
        try (Admin admin = Admin.create(client)) {
            return task.run(admin);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof TimeoutException) {
                throw new FleetException("no Kafka broker responded at " + bootstrap + " (--bootstrap)");
            }
            throw new FleetException("cannot create the topics on the Kafka cluster at " + bootstrap + ": "
                    + cause.getMessage() + " (share groups need Kafka 4.2 or newer)");
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new FleetException("--bootstrap: " + cause.getMessage());
        }
    }
}
