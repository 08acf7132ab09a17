// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.telemetry.kafka.ClientId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/** One session's Kafka clients, which are closed together. */
class KafkaClients implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KafkaClients.class);

    /**
     * If a trainer crashes during a transaction, other services cannot read further records of {@code adapters} until
     * the broker aborts the transaction: for this time, plus up to ten seconds until the broker's next check.
     */
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Map<String, Object> common;
    private final String trainerId;
    private final String transactionalId;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /**
     * @param broker settings for all clients, such as {@code bootstrap.servers}
     * @param trainerId name of the trainer, for the clients' names
     * @param transactionalId transactional id, the same for all of a process's sessions, so that each session aborts
     *     the open transaction of the previous one
     */
    KafkaClients(Map<String, Object> broker, String trainerId, String transactionalId) {
        this.common = new HashMap<>(broker);
        // With the defaults, every client logs several connection errors per second while the broker is unavailable.
        common.putIfAbsent("reconnect.backoff.ms", 500);
        common.putIfAbsent("reconnect.backoff.max.ms", 3000);
        this.trainerId = trainerId;
        this.transactionalId = transactionalId;
    }

    /** @return a consumer in a group of trainers, without automatic commits */
    Consumer<String, byte[]> feedback(String group) {
        Map<String, Object> config = consumerConfig("feedback");
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        // A trainer that keeps a partition in a rebalance also keeps that partition's run.
        config.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        return consumer(config);
    }

    /**
     * @param role purpose of the consumer, for its name
     * @return a consumer without a group, for whole topics
     */
    Consumer<String, byte[]> tail(String role) {
        Map<String, Object> config = consumerConfig(role);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return consumer(config);
    }

    /** @return the producer for transactions */
    Producer<String, byte[]> transactional() {
        Map<String, Object> config = producerConfig("transactions");
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        config.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) TRANSACTION_TIMEOUT.toMillis());
        return producer(config);
    }

    /** @return the producer for records outside transactions */
    Producer<String, byte[]> plain() {
        Map<String, Object> config = producerConfig("events");
        config.remove(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        return producer(config);
    }

    Admin admin() {
        Admin admin = Admin.create(named("admin"));
        open.push(() -> admin.close(CLOSE_TIMEOUT));
        return admin;
    }

    private Map<String, Object> named(String role) {
        Map<String, Object> config = new HashMap<>(common);
        ClientId.set(config, "trainer", trainerId, role);
        return config;
    }

    private Map<String, Object> consumerConfig(String role) {
        Map<String, Object> config = named(role);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return config;
    }

    private Map<String, Object> producerConfig(String role) {
        Map<String, Object> config = named(role);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis());
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis() / 2);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis());
        return config;
    }

    private Consumer<String, byte[]> consumer(Map<String, Object> config) {
        Consumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        open.push(() -> consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT)));
        return consumer;
    }

    private Producer<String, byte[]> producer(Map<String, Object> config) {
        Producer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        open.push(() -> producer.close(CLOSE_TIMEOUT));
        return producer;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) { // the other clients must still be closed
                LOG.debugf("Cannot close a Kafka client: %s", e);
            }
        }
    }
}
