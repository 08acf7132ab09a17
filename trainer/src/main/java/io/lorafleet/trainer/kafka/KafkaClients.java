// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.Topic;
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

/** The connections of one session with the broker, all closed together. */
class KafkaClients implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KafkaClients.class);

    /** What is left of a transaction when its trainer dies holds up the next one for as long. */
    private static final Duration TRANSACTION_LIMIT = Duration.ofSeconds(30);

    private static final Duration DELIVERY_LIMIT = Duration.ofSeconds(20);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Map<String, Object> common;
    private final String topicPrefix;
    private final String transactionalId;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /**
     * @param broker settings of every client, such as {@code bootstrap.servers}
     * @param transactionalId the same for all sessions of a process, so that each ends what the one before left
     */
    KafkaClients(Map<String, Object> broker, String topicPrefix, String transactionalId) {
        this.common = new HashMap<>(broker);
        // Without a broker, every client would say so several times a second.
        common.putIfAbsent("reconnect.backoff.ms", 500);
        common.putIfAbsent("reconnect.backoff.max.ms", 3000);
        this.topicPrefix = topicPrefix;
        this.transactionalId = transactionalId;
    }

    /** @return a member of the trainers' group, which commits nothing by itself */
    Consumer<String, byte[]> feedback() {
        Map<String, Object> config = reading();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, topicPrefix + Topic.TRAINER_GROUP);
        // Whoever keeps a partition need not break off its run when another trainer comes or goes.
        config.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        return consumer(config);
    }

    /** @return a reader of whole topics, in no group */
    Consumer<String, byte[]> tail() {
        Map<String, Object> config = reading();
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return consumer(config);
    }

    /** @return a producer that writes what is published, and only in transactions */
    Producer<String, byte[]> transactional() {
        Map<String, Object> config = writing();
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        config.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) TRANSACTION_LIMIT.toMillis());
        return producer(config);
    }

    /** @return a producer of what is said at once */
    Producer<String, byte[]> plain() {
        Map<String, Object> config = writing();
        config.remove(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        return producer(config);
    }

    Admin admin() {
        Admin admin = Admin.create(common);
        open.push(() -> admin.close(CLOSE_LIMIT));
        return admin;
    }

    private Map<String, Object> reading() {
        Map<String, Object> config = new HashMap<>(common);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return config;
    }

    private Map<String, Object> writing() {
        Map<String, Object> config = new HashMap<>(common);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_LIMIT.toMillis());
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) DELIVERY_LIMIT.toMillis() / 2);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (int) DELIVERY_LIMIT.toMillis());
        return config;
    }

    private Consumer<String, byte[]> consumer(Map<String, Object> config) {
        Consumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        open.push(() -> consumer.close(CloseOptions.timeout(CLOSE_LIMIT)));
        return consumer;
    }

    private Producer<String, byte[]> producer(Map<String, Object> config) {
        Producer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        open.push(() -> producer.close(CLOSE_LIMIT));
        return producer;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) { // what is broken need not be closed well, and the others must be closed
                LOG.debugf("a client was not closed well: %s", e);
            }
        }
    }
}
