// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the request topics of the worker's pool exist. A slot that subscribes to a missing topic would receive
 * neither requests nor an error, for example if the name of the pool is misspelt.
 */
final class PoolTopics implements Runnable {
    private static final Logger LOG = Logger.getLogger(PoolTopics.class);

    private final Supplier<Admin> clients;
    private final String pool;
    private final List<String> topics;
    private final Duration pause;
    private volatile boolean found;
    private volatile @Nullable String objection;

    /**
     * @param clients creates an admin client
     * @param pause pause between two checks
     */
    PoolTopics(Supplier<Admin> clients, String pool, Collection<String> topics, Duration pause) {
        this.clients = clients;
        this.pool = pool;
        this.topics = List.copyOf(topics);
        this.pause = pause;
    }

    @Override
    public void run() {
        try (Admin admin = clients.get()) {
            while (!check(admin)) {
                Thread.sleep(pause.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the worker stops
        }
    }

    private boolean check(Admin admin) throws InterruptedException {
        try {
            Set<String> missing = new TreeSet<>(topics);
            missing.removeAll(admin.listTopics().names().get());
            if (missing.isEmpty()) {
                found = true;
                objection = null;
                return true;
            }
            String message = "pool " + pool + ": expected the topics " + String.join(", ", missing)
                    + ", found none that this worker can read; create them with 'fleet topics --pool " + pool + "'";
            if (objection == null) {
                LOG.errorf("lorafleet.worker.pool: %s; retrying", message);
            }
            objection = message;
        } catch (ExecutionException | KafkaException e) {
            LOG.debugf(e, "Cannot list the topics; retrying");
        }
        return false;
    }

    /** @return whether all topics exist */
    boolean exist() {
        return found;
    }

    /** @return which topics are missing; empty if the topics have not been checked, or if all of them exist */
    Optional<String> objection() {
        return Optional.ofNullable(objection);
    }
}
