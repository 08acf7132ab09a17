// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationExpired;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.testkit.TopicRecords;
import io.lorafleet.worker.BrokerClock;
import io.lorafleet.worker.FaultyStore;
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.WorkerConfigs;
import io.lorafleet.worker.job.Cancellations;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.Job;
import io.lorafleet.worker.job.RequestHandler;
import io.lorafleet.worker.job.StepCounters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Slots on a broker with a lock duration of one second and the default delivery limit. The engine generates nothing,
 * and the test sets how long it takes.
 */
class RequestSlotTest {
    /** The minimum that a broker allows. */
    private static final Duration LOCK = Duration.ofSeconds(1);

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private static Path kafka;

    private static EmbeddedBroker broker;

    @TempDir
    private Path storage;

    private final String prefix = UUID.randomUUID().toString().substring(0, 8) + ".";
    private final List<Worker> workers = new ArrayList<>();
    private KafkaProducer<String, byte[]> producer;
    private Admin admin;

    @BeforeAll
    static void startBroker() throws Exception {
        String lock = Long.toString(LOCK.toMillis());
        broker = EmbeddedBroker.start(
                kafka,
                Ports.free(),
                Ports.free(),
                Map.of(
                        "group.share.record.lock.duration.ms", lock,
                        "group.share.min.record.lock.duration.ms", lock,
                        "group.share.delivery.count.limit", "5",
                        // Members are assigned partitions in a heartbeat response, by default every five seconds.
                        "group.share.heartbeat.interval.ms", "200",
                        "group.share.min.heartbeat.interval.ms", "200"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void connect() throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
        admin = Admin.create(settings);
        new FleetTopics(prefix, 1, (short) 1).provision(admin);
        producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void close() throws Exception {
        for (Worker worker : workers) {
            worker.stop();
        }
        producer.close();
        admin.close();
    }

    @Test
    void aJobThatOutlastsSeveralLocksKeepsItsRecord() throws Exception {
        Worker one = worker("one");
        Worker two = worker("two");
        awaitMembers(2);
        send(Requests.star());
        awaitThat("the request is begun", () -> begun() == 1);
        await().alias("no other slot starts it for three lock durations")
                .during(LOCK.multipliedBy(3))
                .atMost(TIMEOUT)
                .failFast("the request was started again", () -> begun() > 1)
                .until(() -> begun() == 1);
        one.engine.finish(1);
        two.engine.finish(1);
        awaitThat("the result is there", () -> results().size() == 1);
        assertThat(begun()).isEqualTo(1);
    }

    @Test
    void aJobWithALostLeaseIsStoppedWithoutAResult() throws Exception {
        Worker slow = worker("slow");
        GenerateImage first = Requests.star();
        send(first);
        awaitThat("the request is begun", () -> slow.engine.begun.get() == 1);
        slow.holdAcknowledgements();
        Worker other = worker("other");
        awaitThat("the other worker has the request, too", () -> other.engine.begun.get() == 1);
        slow.releaseAcknowledgements();
        awaitThat("the job is stopped", () -> slow.engine.stopped.get() == 1);
        other.engine.finish(1);
        awaitThat("the other worker has answered", () -> results().size() == 1);
        other.stop();
        slow.engine.finish(1);
        GenerateImage next = Requests.star();
        send(next);
        awaitThat("the next request is answered", () -> results().size() > 1);
        assertThat(results())
                .extracting(result -> result.requestId() + " by " + result.workerId())
                .containsExactlyInAnyOrder(first.requestId() + " by other", next.requestId() + " by slow");
    }

    @Test
    void theLastDeliveryEndsInADeadLetter() throws Exception {
        worker("broken").engine.fail();
        GenerateImage request = Requests.star();
        send(request);
        awaitThat("the request has failed", () -> !results().isEmpty());
        assertThat(results()).singleElement().isInstanceOfSatisfying(GenerationFailed.class, failed -> {
            assertThat(failed.requestId()).isEqualTo(request.requestId());
            assertThat(failed.reason()).isEqualTo(GenerationFailed.Reason.ATTEMPTS_EXHAUSTED);
            assertThat(failed.detail()).isEqualTo("none of 4 attempts succeeded");
        });
        assertThat(records(Topic.DEAD_LETTERS, DeadLetter.class))
                .singleElement()
                .returns(request.requestId(), DeadLetter::requestId)
                .returns(4, DeadLetter::attempts);
    }

    @Test
    void aRequestOutlastsAFaultOfTheBlobStore() throws Exception {
        FaultyStore store = new FaultyStore(new DirectoryBlobStore(storage));
        store.failWrites(key -> true);
        Worker one = worker("one", store);
        Worker two = worker("two", store);
        one.engine.finish(1);
        two.engine.finish(1);
        send(Requests.star());
        awaitThat("a slot waits for the store", () -> one.slot.busy() || two.slot.busy());
        await().alias("the slot keeps the request for more than the lock durations of all deliveries")
                .during(LOCK.multipliedBy(6))
                .atMost(TIMEOUT)
                .failFast("the request has ended", () -> !results().isEmpty())
                .until(() -> one.slot.busy() != two.slot.busy());
        store.heal();
        awaitThat("the request is answered", () -> results().size() == 1);
        assertThat(results()).singleElement().isInstanceOf(GenerationSucceeded.class);
        assertThat(begun()).isEqualTo(1);
    }

    @Test
    void aWorkerWhoseEngineHangsReturnsItsRequestAndTakesNoOther() throws Exception {
        Worker hung = worker("hung");
        GenerateImage first = Requests.star();
        send(first);
        awaitThat("the request is begun", () -> hung.engine.begun.get() == 1);
        hung.engine.hang();
        Worker other = worker("other");
        other.engine.finish(2);
        awaitThat("the other worker has answered", () -> results().size() == 1);
        send(Requests.star());
        awaitThat("the other worker has answered again", () -> results().size() == 2);
        assertThat(results()).extracting(GenerationFinished::workerId).containsOnly("other");
        assertThat(hung.engine.begun.get()).isEqualTo(1);
        hung.engine.finish(1);
    }

    @Test
    void aWorkerWhoseEngineHangsTakesNoRequest() throws Exception {
        Worker hung = worker("hung");
        awaitMembers(1);
        hung.engine.hang();
        // The slot may be in a poll that started before.
        Thread.sleep(1000);
        send(Requests.star());
        await().alias("the slot takes no request")
                .during(LOCK.multipliedBy(2))
                .atMost(TIMEOUT)
                .until(() -> !hung.slot.busy() && hung.engine.begun.get() == 0);
    }

    /** With each poll, Kafka's client may acquire a record more than the slot can take. */
    @Test
    void anIdleSlotPollsRarelyAndStillEndsAtOnce() throws Exception {
        Worker idle = worker("idle");
        awaitMembers(1);
        await().alias("the slot does not poll again")
                .during(Duration.ofSeconds(7))
                .atMost(TIMEOUT)
                .failFast(() -> assertThat(idle.polls).hasValueLessThan(3))
                .until(() -> idle.polls.get() > 0);
        idle.slot.drain();
        idle.thread.join(Duration.ofSeconds(10).toMillis());
        assertThat(idle.thread.isAlive()).isFalse();
    }

    /** Kafka's client can acquire a record long before the slot asks for it. */
    @Test
    void aRecordWhoseLockHasExpiredIsNotProcessed() throws Exception {
        Worker slow = worker("slow");
        awaitMembers(1);
        slow.holdRecords();
        send(Requests.star());
        awaitThat("the slow worker has acquired the record", () -> slow.held.get() == 1);
        Worker other = worker("other");
        awaitThat("the other worker has the request", () -> other.engine.begun.get() == 1);
        slow.releaseRecords();
        awaitThat("the slow worker has a new consumer", () -> slow.consumers.get() == 2);
        other.engine.finish(1);
        awaitThat("the request is answered", () -> results().size() == 1);
        assertThat(slow.engine.begun.get()).isZero();
    }

    @Test
    void aConsumerWhoseRenewalFailedIsReplaced() throws Exception {
        Worker worker = worker("failing");
        send(Requests.star());
        awaitThat("the request is begun", () -> worker.engine.begun.get() == 1);
        worker.loseAcknowledgement();
        awaitThat("the job is stopped", () -> worker.engine.stopped.get() == 1);
        awaitThat("the slot has a new consumer", () -> worker.consumers.get() == 2);
        worker.engine.finish(1);
        awaitThat("the request is answered", () -> results().size() == 1);
    }

    @Test
    void aJobIsStoppedIfTheConsumerFails() throws Exception {
        Worker worker = worker("failing");
        send(Requests.star());
        awaitThat("the request is begun", () -> worker.engine.begun.get() == 1);
        worker.renewalFailure.set(new KafkaException("no renewal"));
        awaitThat("the job is stopped", () -> worker.engine.stopped.get() == 1);
        worker.engine.finish(1);
        awaitThat("the request is answered", () -> results().size() == 1);
        assertThat(worker.engine.begun.get()).isEqualTo(2);
    }

    @Test
    void aSlotContinuesAfterAnError() throws Exception {
        Worker worker = worker("failing");
        send(Requests.star());
        awaitThat("the request is begun", () -> worker.engine.begun.get() == 1);
        worker.renewalFailure.set(new NoClassDefFoundError("thrown by the test"));
        worker.engine.finish(2);
        awaitThat("the request is answered", () -> results().size() == 1);
        send(Requests.star());
        awaitThat("the next request is answered", () -> results().size() == 2);
    }

    @Test
    void anOlderWorkerLeavesARequestToANewerOne() throws Exception {
        Worker older = worker("older");
        older.engine.base = "cd".repeat(32);
        GenerateImage request = Requests.star();
        String newer = new String(Json.write(request), UTF_8)
                .replace("{\"requestId\"", "{\"baseFingerprint\":\"" + "ef".repeat(32) + "\",\"requestId\"");
        producer.send(new ProducerRecord<>(Topic.REQUESTS.in(prefix), request.requestId(), newer.getBytes(UTF_8)))
                .get();
        awaitThat("the older worker has the request", older.slot::busy);
        Worker upgraded = worker("newer");
        upgraded.engine.base = "ef".repeat(32);
        upgraded.engine.finish(1);
        awaitThat("the request is answered", () -> results().size() == 1);
        assertThat(results())
                .singleElement()
                .isInstanceOf(GenerationSucceeded.class)
                .returns("newer", GenerationFinished::workerId);
        assertThat(older.engine.begun.get()).isZero();
    }

    @Test
    void aRequestOutlastsMoreStoppedSlotsThanDeliveries() throws Exception {
        send(Requests.star());
        for (int i = 0; i < 4; i++) {
            Worker leaving = worker("leaving-" + i);
            awaitThat("the request is begun", () -> leaving.engine.begun.get() == 1);
            leaving.stop();
        }
        worker("staying").engine.finish(1);
        awaitThat("the remaining slot has answered", () -> results().size() == 1);
        assertThat(results()).singleElement().isInstanceOf(GenerationSucceeded.class);
    }

    @Test
    void aStoppedSlotReturnsItsRequest() throws Exception {
        Worker leaving = worker("leaving");
        send(Requests.star());
        awaitThat("the request is begun", () -> leaving.engine.begun.get() == 1);
        Worker staying = worker("staying");
        staying.engine.finish(1);
        leaving.stop();
        awaitThat("the remaining slot has answered", () -> results().size() == 1);
        assertThat(results()).singleElement().returns("staying", GenerationFinished::workerId);
        assertThat(leaving.engine.stopped.get()).isEqualTo(1);
    }

    @Test
    void aDrainedSlotFinishesItsRequestAndTakesNoOther() throws Exception {
        Worker leaving = worker("leaving");
        GenerateImage first = Requests.star();
        send(first);
        awaitThat("the request is begun", () -> leaving.engine.begun.get() == 1);
        GenerateImage second = Requests.star();
        send(second);
        leaving.slot.drain();
        leaving.engine.finish(2);
        leaving.thread.join(TIMEOUT.toMillis());
        assertThat(leaving.thread.isAlive()).isFalse();
        assertThat(results()).extracting(GenerationFinished::requestId).containsExactly(first.requestId());
        Worker staying = worker("staying");
        staying.engine.finish(1);
        awaitThat("the other worker has answered", () -> results().size() == 2);
        assertThat(begun()).isEqualTo(2);
    }

    @Test
    void twentyDrainsUnderLoadCostNothing() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Worker leaving = worker("worker-" + i);
            leaving.engine.lasts(Duration.ofMillis(30));
            for (int j = 0; j < 3; j++) {
                GenerateImage request = Requests.star();
                ids.add(request.requestId());
                send(request);
            }
            awaitThat("a request is being generated", () -> leaving.engine.begun.get() > 0);
            leaving.slot.drain();
        }
        worker("staying").engine.lasts(Duration.ZERO);
        awaitThat("all are answered", () -> results().size() >= ids.size());
        assertThat(results())
                .hasOnlyElementsOfType(GenerationSucceeded.class)
                .extracting(GenerationFinished::requestId)
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(begun()).isEqualTo(ids.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void deadlinesDoNotDependOnTheClockOfTheMachine(long hours) throws Exception {
        Clock machine = Clock.offset(Clock.systemUTC(), Duration.ofHours(hours));
        BrokerClock clock = new BrokerClock(machine);
        BrokerClock.Sending sending = clock.sending();
        sending.acknowledged(producer.send(new ProducerRecord<>(
                        Topic.WORKERS.in(prefix), null, machine.millis(), "wrong-clock", new byte[0]))
                .get()
                .timestamp());
        Worker worker = worker("wrong-clock", new DirectoryBlobStore(storage), clock);
        worker.engine.finish(1);
        Instant start = Instant.now();
        GenerateImage late = Requests.request().deadline(start.minusSeconds(60)).build();
        GenerateImage early =
                Requests.request().deadline(start.plusSeconds(600)).build();
        send(late);
        send(early);
        awaitThat("both are answered", () -> results().size() == 2);
        assertThat(results())
                .satisfiesExactly(
                        result -> assertThat(result).isInstanceOf(GenerationExpired.class),
                        result -> assertThat(result).isInstanceOf(GenerationSucceeded.class));
        assertThat(results())
                .allSatisfy(result -> assertThat(result.at())
                        .isBetween(start.minusSeconds(30), Instant.now().plusSeconds(30)));
        assertThat(begun()).isEqualTo(1);
    }

    @Test
    void requestsOfAllPartitionsAreAnsweredOnce() throws Exception {
        admin.createPartitions(Map.of(Topic.REQUESTS.in(prefix), NewPartitions.increaseTo(3)))
                .all()
                .get();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            GenerateImage request = Requests.star();
            ids.add(request.requestId());
            send(request, i % 3);
        }
        worker("one").engine.finish(12);
        worker("two").engine.finish(12);
        awaitThat("all are answered", () -> results().size() >= 12);
        assertThat(results()).extracting(GenerationFinished::requestId).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(begun()).isEqualTo(12);
    }

    private static void awaitThat(String what, Callable<Boolean> condition) {
        await().alias(what).atMost(TIMEOUT).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    private void send(GenerateImage request) throws ExecutionException, InterruptedException {
        send(request, 0);
    }

    private void send(GenerateImage request, int partition) throws ExecutionException, InterruptedException {
        producer.send(new ProducerRecord<>(
                        Topic.REQUESTS.in(prefix), partition, request.requestId(), Json.write(request)))
                .get();
    }

    private int begun() {
        return workers.stream().mapToInt(worker -> worker.engine.begun.get()).sum();
    }

    private void awaitMembers(int count) {
        String group = prefix + Topic.WORKER_GROUP;
        await().alias("the share group has " + count + " members with partitions")
                .atMost(TIMEOUT)
                .ignoreExceptionsInstanceOf(ExecutionException.class) // the group does not exist yet
                .until(() -> admin.describeShareGroups(List.of(group)).all().get().get(group).members().stream()
                                .filter(member ->
                                        !member.assignment().topicPartitions().isEmpty())
                                .count()
                        == count);
    }

    private List<GenerationFinished> results() {
        return records(Topic.RESULTS, GenerationFinished.class);
    }

    private <T> List<T> records(Topic topic, Class<T> type) {
        return TopicRecords.all(Map.of("bootstrap.servers", broker.bootstrapServers()), topic.in(prefix)).stream()
                .map(record -> Json.read(record.value(), type))
                .toList();
    }

    private Worker worker(String id) throws Exception {
        return worker(id, new DirectoryBlobStore(storage));
    }

    private Worker worker(String id, BlobStore blobs) {
        return worker(id, blobs, Clock.systemUTC());
    }

    private Worker worker(String id, BlobStore blobs, Clock clock) {
        Worker worker = new Worker(id, blobs, clock);
        workers.add(worker);
        return worker;
    }

    /** One slot. */
    private final class Worker {
        private final Engine engine = new Engine();
        private final RequestSlot slot;
        private final Thread thread;
        private final AtomicReference<Throwable> renewalFailure = new AtomicReference<>();
        private final AtomicInteger consumers = new AtomicInteger();
        private final AtomicInteger held = new AtomicInteger();
        private final AtomicInteger polls = new AtomicInteger();
        private final AtomicBoolean losing = new AtomicBoolean();
        private volatile CountDownLatch acknowledging = new CountDownLatch(0);
        private volatile CountDownLatch returning = new CountDownLatch(0);

        Worker(String id, BlobStore blobs, Clock clock) {
            WorkerConfig config = WorkerConfigs.with("lorafleet.worker.id", id);
            ReplyPublisher replies = new ReplyPublisher(
                    to(Topic.PROGRESS),
                    to(Topic.RESULTS),
                    to(Topic.DEAD_LETTERS),
                    clock,
                    config,
                    new SimpleMeterRegistry());
            slot = new RequestSlot(
                    List.of(Topic.REQUESTS.in(prefix)),
                    Held::new,
                    new RequestHandler(engine, blobs, new Cancellations(), clock, config),
                    replies,
                    new RefusedSlots(),
                    Duration.ofMillis(10));
            thread = new Thread(slot, "slot-" + id);
            thread.start();
        }

        private MutinyEmitter<Record<String, byte[]>> to(Topic topic) {
            return Emitters.to((key, value) -> {
                try {
                    producer.send(new ProducerRecord<>(topic.in(prefix), key, value))
                            .get();
                } catch (InterruptedException | ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        /** Blocks the consumer before each acknowledgement, like a long pause of the process. */
        void holdAcknowledgements() {
            acknowledging = new CountDownLatch(1);
        }

        void releaseAcknowledgements() {
            acknowledging.countDown();
        }

        /** Lets the next acknowledgement fail, as if the connection were lost. */
        void loseAcknowledgement() {
            losing.set(true);
        }

        /** Holds the records that the consumer acquires. */
        void holdRecords() {
            returning = new CountDownLatch(1);
        }

        void releaseRecords() {
            returning.countDown();
        }

        void stop() throws InterruptedException {
            releaseAcknowledgements();
            releaseRecords();
            slot.stop();
            thread.join();
        }

        private final class Held extends KafkaShareConsumer<byte[], byte[]> {
            Held() {
                super(
                        RequestIntake.settings(
                                Map.of("bootstrap.servers", broker.bootstrapServers()), prefix + Topic.WORKER_GROUP),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
                consumers.incrementAndGet();
            }

            /** Only renewals poll without a timeout. */
            @Override
            public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
                polls.incrementAndGet();
                Throwable failure = timeout.isZero() ? renewalFailure.getAndSet(null) : null;
                if (failure instanceof Error error) {
                    throw error;
                } else if (failure instanceof RuntimeException exception) {
                    throw exception;
                }
                ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
                if (!records.isEmpty() && returning.getCount() > 0) {
                    held.incrementAndGet();
                    waitFor(returning);
                }
                return records;
            }

            @Override
            public Map<TopicIdPartition, Optional<KafkaException>> commitSync() {
                waitFor(acknowledging);
                if (losing.getAndSet(false)) {
                    throw new DisconnectException("thrown by the test");
                }
                return super.commitSync();
            }

            private void waitFor(CountDownLatch latch) {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** An engine whose duration the test sets. */
    private static final class Engine implements StandInEngine {
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger stopped = new AtomicInteger();
        private final Semaphore finished = new Semaphore(0);
        private volatile boolean failing;
        private volatile boolean hung;
        private volatile String base = "ab".repeat(32);
        private volatile Duration lasts = Duration.ofDays(1);

        /** Lets the current step take forever. */
        void hang() {
            hung = true;
        }

        @Override
        public BaseModel model() {
            return new BaseModel("demo", base, 4, 64, SamplerName.DDIM);
        }

        @Override
        public Duration busyFor() {
            return hung ? Duration.ofDays(1) : Duration.ZERO;
        }

        /** Completes each request after this time. */
        void lasts(Duration time) {
            lasts = time;
        }

        /** Lets all requests fail unexpectedly from now on. */
        void fail() {
            failing = true;
        }

        /** Completes the given number of requests, including requests that start later. */
        void finish(int requests) {
            finished.release(requests);
        }

        @Override
        public List<CompletableFuture<FinishedImage>> generate(Job job) {
            begun.incrementAndGet();
            if (failing) {
                throw new IllegalStateException("out of order");
            }
            long start = System.nanoTime();
            try {
                while (!finished.tryAcquire(10, TimeUnit.MILLISECONDS) && System.nanoTime() - start < lasts.toNanos()) {
                    if (job.stop().stopped()) {
                        stopped.incrementAndGet();
                        return List.of(CompletableFuture.failedFuture(new CancellationException("stopped")));
                    }
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            FinishedImage finishedImage = new FinishedImage(
                    new RgbImage(1, 1, new byte[3]),
                    Optional.empty(),
                    new PromptTokens(new PromptTokens.Count(0, 0), null));
            return List.of(CompletableFuture.completedFuture(finishedImage));
        }

        @Override
        public StepCounters steps() {
            return new StepCounters(0, 0, 1);
        }
    }
}
