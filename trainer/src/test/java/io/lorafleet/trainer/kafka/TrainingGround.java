// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.ShadowMeasured;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.testkit.TopicRecords;
import io.lorafleet.trainer.Samples;
import io.lorafleet.trainer.canary.CanaryRules;
import io.lorafleet.trainer.distill.Distiller;
import io.lorafleet.trainer.evaluate.QualityGate;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.lorafleet.trainer.feedback.RunThreshold;
import io.lorafleet.trainer.publish.VersionStore;
import io.lorafleet.trainer.run.TrainedAdapters;
import io.lorafleet.trainer.run.TrainingRun;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The topics of one fleet on a real broker, with their own prefix, and its trainers. */
final class TrainingGround implements AutoCloseable {
    private static final int MIN_SAMPLES = 2;
    /** Shortens closing a consumer, which waits for the consumer's last fetch (500 ms by default). */
    private static final int FETCH_WAIT = 20;

    /** Interval at which a trainer looks for new partitions. */
    private static final int METADATA_AGE = 500;

    private static final CanaryRules NO_CANARIES = new CanaryRules(0, 0, 1, 0, 1, 0, Duration.ofHours(1));

    private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8) + ".";
    private final String bootstrap;
    private final BlobStore blobs;
    private KafkaProducer<String, byte[]> gateway;
    /** Starts at the time of the samples, so that no sample reaches the maximum age. */
    private final Clock clock = Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), Samples.NOW));

    private final List<TrainerLoop> trainers = new ArrayList<>();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private Duration hangTimeout = Duration.ofMinutes(1);
    private int maxWaiting = 1000;
    private String pool = PoolName.DEFAULT;
    private TrainedAdapters trains = TrainedAdapters.ALL;

    TrainingGround(EmbeddedBroker broker, BlobStore blobs) throws Exception {
        this(broker, blobs, 1);
    }

    /** @param partitions number of partitions of the feedback, the trainings and the results */
    TrainingGround(EmbeddedBroker broker, BlobStore blobs, int partitions) throws Exception {
        this.bootstrap = broker.bootstrapServers();
        this.blobs = blobs;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            new FleetTopics(prefix, partitions, (short) 1).provision(admin);
        }
        gateway = producer();
    }

    private KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new ByteArraySerializer());
    }

    /** Adds a partition of the feedback. Afterwards, feedback goes to the partitions of {@link #adapterOn}. */
    void addPartition(int total) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createPartitions(Map.of(Topic.FEEDBACK.in(prefix), NewPartitions.increaseTo(total)))
                    .all()
                    .get();
        }
        gateway.close();
        gateway = producer();
    }

    /** The trainers that are started from now on belong to this pool, and train adapters for this base. */
    void joinPool(String name, String base) {
        pool = name;
        trains = TrainedAdapters.of(name, base);
    }

    TrainerLoop trainer(Distiller distiller) {
        return trainer(distiller, Faults.none());
    }

    /** Starts a trainer. The group removes it three seconds after its last poll. */
    TrainerLoop trainer(Distiller distiller, Faults faults) {
        return trainer(distiller, faults, NO_CANARIES);
    }

    TrainerLoop trainer(Distiller distiller, Faults faults, CanaryRules canaries) {
        Map<String, Object> client = new HashMap<>();
        client.put("bootstrap.servers", bootstrap);
        client.put("max.poll.interval.ms", 3000);
        client.put("transaction.timeout.ms", 4000);
        // A member is informed of a rebalance in the response to its heartbeat.
        client.put("heartbeat.interval.ms", 100);
        client.put("fetch.max.wait.ms", FETCH_WAIT);
        client.put("metadata.max.age.ms", METADATA_AGE);
        if (maxWaiting < 10) {
            client.put("max.poll.records", 1);
        }
        String transactionalId = prefix + UUID.randomUUID();
        TrainerLoop trainer = new TrainerLoop(
                () -> faults.clients(client, transactionalId),
                new TrainerSettings(
                        prefix,
                        Topic.trainerGroup(prefix, pool),
                        "trainer-1",
                        trains,
                        new RunThreshold(MIN_SAMPLES, Duration.ofHours(1)),
                        Duration.ofMillis(100),
                        hangTimeout,
                        maxWaiting,
                        canaries),
                new TrainingRun(
                        distiller,
                        new QualityGate(0, 0, 1, 2, 1),
                        new VersionStore(blobs),
                        new FeedbackArchive(blobs, new SimpleMeterRegistry()),
                        clock),
                new TrainerMetrics(meters),
                clock);
        trainers.add(trainer);
        trainer.start();
        return trainer;
    }

    /** @return the name of an adapter whose feedback goes to this partition, 0 or 1 */
    static String adapterOn(int partition) {
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "fast-" + i)
                .filter(name -> BuiltInPartitioner.partitionForKey(name.getBytes(UTF_8), 2) == partition)
                .findFirst()
                .orElseThrow();
    }

    /** @return the name of an adapter whose feedback moves from a partition of two to a partition of three */
    static String adapterThatMoves(int from, int to) {
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "moving-" + i)
                .filter(name -> BuiltInPartitioner.partitionForKey(name.getBytes(UTF_8), 2) == from
                        && BuiltInPartitioner.partitionForKey(name.getBytes(UTF_8), 3) == to)
                .findFirst()
                .orElseThrow();
    }

    /** @return the number of feedback partitions of each member of the trainers' group */
    List<Integer> shares() {
        String group = prefix + Topic.TRAINER_GROUP;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().stream()
                    .map(member -> member.assignment().topicPartitions().size())
                    .toList();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sets the limit for trainers that start later. */
    void hangTimeout(Duration timeout) {
        hangTimeout = timeout;
    }

    /** Sets the limit for trainers that start later, which read one record in each poll. */
    void maxWaiting(int records) {
        maxWaiting = records;
    }

    /** @return the number of samples that wait in the memory of the trainers */
    double waiting() {
        return meters.get("lorafleet.training.samples.waiting").gauge().value();
    }

    String prefix() {
        return prefix;
    }

    void publish(AdapterVersion version) {
        send(Topic.ADAPTERS, version.pinned().toString(), Json.write(version));
    }

    void give(FeedbackEvent... events) {
        for (FeedbackEvent event : events) {
            send(Topic.FEEDBACK, event.student(), Json.write(event));
        }
    }

    void send(Topic topic, String key, byte[] value) {
        send(topic, key, value, Instant.now());
    }

    void send(Topic topic, String key, byte[] value, Instant timestamp) {
        try {
            gateway.send(new ProducerRecord<>(topic.in(prefix), null, timestamp.toEpochMilli(), key, value))
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes the result of a request with a shadow. */
    void result(String requestId, ShadowMeasured shadow) {
        GenerationFinished result = new GenerationSucceeded(
                requestId,
                "w1",
                clock.instant(),
                List.of(new GenerationSucceeded.GeneratedImage(0, 7, "blob", Samples.SHA)),
                20,
                Duration.ofSeconds(1),
                shadow);
        send(Topic.RESULTS, requestId, Json.write(result));
    }

    void route(AdapterRoute route) {
        send(Topic.ADAPTERS, route.name(), Json.write(route));
    }

    /** @return the latest route of an adapter */
    AdapterRoute route(String adapter) {
        return records(Topic.ADAPTERS, "read_committed").stream()
                .filter(record -> record.key().equals(adapter))
                .map(record -> Json.read(record.value(), AdapterRoute.class))
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    List<RouteDecided> decisions() {
        return events().stream()
                .filter(RouteDecided.class::isInstance)
                .map(RouteDecided.class::cast)
                .toList();
    }

    /** @return the versions in committed transactions of trainers */
    List<AdapterVersion> trained() {
        return records(Topic.ADAPTERS, "read_committed").stream()
                .filter(record -> record.key().contains("@"))
                .map(record -> Json.read(record.value(), AdapterVersion.class))
                .filter(version -> version.lineage() != null)
                .toList();
    }

    List<TrainingFinished> finished() {
        return events().stream()
                .filter(TrainingFinished.class::isInstance)
                .map(TrainingFinished.class::cast)
                .toList();
    }

    List<TrainingEvent> events() {
        return records(Topic.TRAININGS, "read_committed").stream()
                .map(record -> Json.read(record.value(), TrainingEvent.class))
                .toList();
    }

    List<ConsumerRecord<String, byte[]>> records(Topic topic, String isolation) {
        return TopicRecords.all(
                Map.of("bootstrap.servers", bootstrap, "isolation.level", isolation, "fetch.max.wait.ms", FETCH_WAIT),
                topic.in(prefix));
    }

    /** @return the committed offset of partition 0; -1 if there is none */
    long committed() {
        return committed(0);
    }

    /** @return the committed offset of the partition, or -1 if there is none */
    long committed(int partition) {
        return committed(PoolName.DEFAULT, partition);
    }

    /** @return the committed offset of a pool's trainers, or -1 if there is none */
    long committed(String trainers, int partition) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            OffsetAndMetadata found = admin.listConsumerGroupOffsets(Topic.trainerGroup(prefix, trainers))
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(Topic.FEEDBACK.in(prefix), partition));
            return found == null ? -1 : found.offset();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Checks that the offset ranges of an adapter are contiguous, and that each version was published once. */
    void requireTiled(String adapter) {
        long end = 0;
        for (TrainingFinished event : finished()) {
            if (event.adapter().equals(adapter)) {
                assertThat(event.lineage().fromOffset()).isEqualTo(end);
                end = event.lineage().toOffset();
            }
        }
        assertThat(trained().stream()
                        .filter(version -> version.name().equals(adapter))
                        .map(AdapterVersion::version))
                .doesNotHaveDuplicates();
        assertThat(trained().stream().filter(version -> version.name().equals(adapter)))
                .hasSize((int) finished().stream()
                        .filter(event -> event.adapter().equals(adapter) && event.version() != null)
                        .count());
    }

    @Override
    public void close() {
        trainers.forEach(TrainerLoop::close);
        gateway.close();
    }
}
