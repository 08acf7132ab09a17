// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.broker.FleetTopics;
import io.lorafleet.standalone.FleetException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** Puts a fleet's topics on a cluster, and says in plain words why it could not. */
public final class Provisioning {
    /** Leaves the number of replicas to the cluster. */
    public static final short CLUSTER_DEFAULT = -1;

    private Provisioning() {}

    /**
     * @param client settings of the cluster's administrator, as {@link ClusterSettings} has them
     * @throws FleetException if the cluster does not answer, or refuses
     */
    public static void provision(Map<String, Object> client, FleetTopics topics) throws InterruptedException {
        Object bootstrap = client.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
        try (Admin admin = Admin.create(client)) {
            topics.provision(admin);
        } catch (ExecutionException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            if (why instanceof TimeoutException) {
                throw new FleetException("no Kafka broker answers at " + bootstrap + " (--bootstrap)");
            }
            throw new FleetException("the Kafka cluster at " + bootstrap + " does not take the fleet's topics: "
                    + why.getMessage() + " (it must be 4.2 or newer, for share groups)");
        } catch (KafkaException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            throw new FleetException("--bootstrap: " + why.getMessage());
        }
    }
}
