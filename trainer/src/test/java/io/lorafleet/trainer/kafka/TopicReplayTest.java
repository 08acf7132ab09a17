// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.lineage;
import static io.lorafleet.trainer.Samples.student;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.storage.DirectoryBlobStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Another trainer has an open transaction with a version and a finished run. */
class TopicReplayTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    private Path storage;

    private TrainingGround ground;
    private KafkaProducer<String, byte[]> other;
    private KafkaClients clients;
    /** Runs at the first poll of the replay, after it has read the end offsets. */
    private Runnable whenReading = () -> {};

    @BeforeEach
    void leaveATransactionOpen() throws Exception {
        ground = new TrainingGround(BROKER.broker(), new DirectoryBlobStore(storage), 3);
        Map<String, Object> broker =
                Map.of("bootstrap.servers", BROKER.broker().bootstrapServers(), "max.poll.records", 1);
        clients = new KafkaClients(broker, "test", "unused") {
            @Override
            Consumer<String, byte[]> tail(String role) {
                return hooked(super.tail(role));
            }
        };
        Map<String, Object> config = new HashMap<>(broker);
        config.put("transactional.id", UUID.randomUUID().toString());
        other = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        other.initTransactions();
        other.beginTransaction();
        AdapterVersion version = student("fast", 2);
        other.send(new ProducerRecord<>(Topic.ADAPTERS.in(ground.prefix()), "fast@2", Json.write(version)));
        TrainingFinished finished = TrainingFinished.rejected("fast", lineage(0, 5), "worse", null, NOW);
        other.send(new ProducerRecord<>(Topic.TRAININGS.in(ground.prefix()), "fast", Json.write(finished)));
        other.flush();
    }

    @AfterEach
    void close() {
        other.close();
        clients.close();
        ground.close();
    }

    @Test
    void readsATransactionThatWasOpenAtTheStart() {
        ground.send(Topic.ADAPTERS, "poison@1", "no JSON".getBytes(UTF_8)); // is skipped
        TopicReplay history = new TopicReplay(clients, ground.prefix(), Duration.ofSeconds(30));
        whenReading = once(other::commitTransaction);
        history.catchUp();
        assertThat(history.registry().adapter("fast").lastNumber()).isEqualTo(2);
        assertThat(history.consumed().consumedTo("fast", 0)).isEqualTo(5);
    }

    @Test
    void skipsAnAbortedTransaction() {
        TopicReplay history = new TopicReplay(clients, ground.prefix(), Duration.ofSeconds(30));
        whenReading = once(other::abortTransaction);
        history.catchUp();
        assertThat(history.registry().adapter("fast").lastNumber()).isZero();
        assertThat(history.consumed().consumedTo("fast", 0)).isZero();
    }

    /** A long topic is read completely, even if this takes longer than the limit for each record. */
    @Test
    void readsForAsLongAsRecordsArrive() {
        other.abortTransaction();
        for (int version = 1; version <= 20; version++) {
            ground.publish(student("slow", version));
        }
        AtomicLong now = new AtomicLong();
        LongSupplier nanoTime = () -> now.addAndGet(Duration.ofMillis(400).toNanos());
        TopicReplay history = new TopicReplay(clients, ground.prefix(), Duration.ofSeconds(30), nanoTime);
        whenReading = () -> now.addAndGet(Duration.ofSeconds(20).toNanos());
        history.catchUp();
        assertThat(history.registry().adapter("slow").lastNumber()).isEqualTo(20);
    }

    @Test
    void failsWhenATransactionStaysOpenForTooLong() {
        TopicReplay history = new TopicReplay(clients, ground.prefix(), Duration.ofSeconds(1));
        assertThatThrownBy(history::catchUp)
                .isInstanceOf(TimeoutException.class)
                .hasMessage("the topics adapters and trainings were not read to the end, and no record was read for "
                        + "1 s: a transaction may be open");
    }

    private static Runnable once(Runnable task) {
        boolean[] done = {false};
        return () -> {
            if (!done[0]) {
                done[0] = true;
                task.run();
            }
        };
    }

    @SuppressWarnings("unchecked")
    private Consumer<String, byte[]> hooked(Consumer<String, byte[]> consumer) {
        Class<?>[] type = {Consumer.class};
        return (Consumer<String, byte[]>) Proxy.newProxyInstance(
                type[0].getClassLoader(), type, (proxy, method, arguments) -> {
                    if (method.getName().equals("poll")) {
                        whenReading.run();
                    }
                    try {
                        return method.invoke(consumer, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
