// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import io.lorafleet.messages.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The services' ACLs on a cluster with an authorizer. Each service gets only the permissions that it needs. */
public final class FleetAcls {
    private static final String ANY_HOST = "*";

    private final String prefix;

    /** @param prefix prefix of all topic and group names; may be empty */
    public FleetAcls(String prefix) {
        this.prefix = prefix;
    }

    /** A service with the topics that it reads and writes. */
    public enum Service {
        GATEWAY(
                List.of(
                        Topic.REQUESTS,
                        Topic.BATCH_REQUESTS,
                        Topic.CONTROL,
                        Topic.PROGRESS,
                        Topic.RESULTS,
                        Topic.ADAPTERS,
                        Topic.TRAININGS,
                        Topic.TRAINING_PROGRESS,
                        Topic.WORKERS),
                List.of(
                        Topic.REQUESTS,
                        Topic.BATCH_REQUESTS,
                        Topic.CONTROL,
                        Topic.ADAPTERS,
                        Topic.FEEDBACK,
                        Topic.WORKERS)), // to delete the records of lost workers
        WORKER(
                List.of(Topic.REQUESTS, Topic.BATCH_REQUESTS, Topic.CONTROL, Topic.ADAPTERS),
                List.of(Topic.PROGRESS, Topic.RESULTS, Topic.DEAD_LETTERS, Topic.WORKERS)),
        TRAINER(
                List.of(Topic.FEEDBACK, Topic.ADAPTERS, Topic.TRAININGS, Topic.RESULTS),
                List.of(Topic.ADAPTERS, Topic.TRAININGS, Topic.TRAINING_PROGRESS, Topic.DEAD_LETTERS));

        private final List<Topic> reads;
        private final List<Topic> writes;

        Service(List<Topic> reads, List<Topic> writes) {
            this.reads = reads;
            this.writes = writes;
        }
    }

    /**
     * Creates the ACLs.
     *
     * @param principals principal of each service, such as {@code User:gateway}
     * @throws ExecutionException if the broker rejects the ACLs
     */
    public void apply(Admin admin, Map<Service, String> principals) throws InterruptedException, ExecutionException {
        List<AclBinding> all = new ArrayList<>();
        principals.forEach((service, principal) -> all.addAll(of(service, principal)));
        admin.createAcls(all).all().get();
    }

    /** @return the ACLs of a service for its principal */
    public List<AclBinding> of(Service service, String principal) {
        List<AclBinding> allowed = new ArrayList<>();
        for (Topic topic : service.reads) { // READ implies DESCRIBE
            allowed.add(topic(topic, AclOperation.READ, principal));
        }
        for (Topic topic : service.writes) {
            allowed.add(topic(topic, AclOperation.WRITE, principal));
        }
        switch (service) {
            case GATEWAY -> {
                allowed.add(groups("gateway-", PatternType.PREFIXED, AclOperation.READ, principal));
                // Required to measure the workers' lag.
                allowed.add(groups(Topic.WORKER_GROUP, PatternType.PREFIXED, AclOperation.DESCRIBE, principal));
            }
            case WORKER -> {
                allowed.add(groups("worker-", PatternType.PREFIXED, AclOperation.READ, principal));
                allowed.add(groups(Topic.WORKER_GROUP, PatternType.PREFIXED, AclOperation.READ, principal));
            }
            case TRAINER -> {
                allowed.add(groups(Topic.TRAINER_GROUP, PatternType.PREFIXED, AclOperation.READ, principal));
                allowed.add(binding(
                        ResourceType.TRANSACTIONAL_ID,
                        prefix + "trainer-",
                        PatternType.PREFIXED,
                        AclOperation.WRITE,
                        principal));
            }
        }
        return allowed;
    }

    private AclBinding topic(Topic topic, AclOperation operation, String principal) {
        // The name of a pool follows the topic's name.
        PatternType pattern = topic.hasPools() ? PatternType.PREFIXED : PatternType.LITERAL;
        return binding(ResourceType.TOPIC, topic.in(prefix), pattern, operation, principal);
    }

    private AclBinding groups(String name, PatternType pattern, AclOperation operation, String principal) {
        return binding(ResourceType.GROUP, prefix + name, pattern, operation, principal);
    }

    private static AclBinding binding(
            ResourceType type, String name, PatternType pattern, AclOperation operation, String principal) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry(principal, ANY_HOST, operation, AclPermissionType.ALLOW));
    }
}
