// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.messages.Topic;
import io.lorafleet.telemetry.kafka.ClientId;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.job.ImageEngine;
import io.lorafleet.worker.job.RequestHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts the worker: loads the model, publishes the status and starts the slots. On shutdown, it drains the slots. */
@ApplicationScoped
class RequestIntake {
    private static final Logger LOG = Logger.getLogger(RequestIntake.class);
    private static final int CANNOT_START = 2;
    private static final Duration RETRY_DELAY = Duration.ofSeconds(5);

    private final WorkerConfig config;
    private final Map<String, Object> broker;
    private final Instance<ImageEngine> engine;
    private final Instance<RequestHandler> handler;
    private final Instance<ResidentAdapters> adapters;
    private final ReplyPublisher replies;
    private final StatusAnnouncer announcer;
    private final MeterRegistry meters;
    private final List<RequestSlot> slots = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final RefusedSlots refused = new RefusedSlots();
    private @Nullable PoolTopics poolTopics;
    private @Nullable Thread topicCheck;
    /** Ends the process with an exit code. Replaced in tests. */
    IntConsumer exit = Quarkus::asyncExit;

    RequestIntake(
            WorkerConfig config,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            Instance<ImageEngine> engine,
            Instance<RequestHandler> handler,
            Instance<ResidentAdapters> adapters,
            ReplyPublisher replies,
            StatusAnnouncer announcer,
            MeterRegistry meters) {
        this.config = config;
        this.broker = broker;
        this.engine = engine;
        this.handler = handler;
        this.adapters = adapters;
        this.replies = replies;
        this.announcer = announcer;
        this.meters = meters;
    }

    void start(@Observes StartupEvent event) {
        ImageEngine loaded;
        try {
            loaded = engine.get();
            LOG.infof("Loaded model %s on %s", loaded.model().name(), loaded.device());
        } catch (ModelFileException e) {
            LOG.error(e.getMessage());
            exit.accept(CANNOT_START);
            return;
        }
        // The broker's acknowledgement sets the clock, which is needed to check the deadlines of requests.
        announcer.begin(loaded, adapters.get(), this::busySlots);
        startTopicCheck();
        for (int i = 0; i < config.worker().slots(); i++) {
            String name = "slot-" + i;
            RequestSlot slot =
                    new RequestSlot(topics(i), () -> newConsumer(name), handler.get(), replies, refused, RETRY_DELAY);
            Thread thread = new Thread(slot, name);
            slots.add(slot);
            threads.add(thread);
            thread.start();
        }
        meters.gauge("lorafleet.slots", slots, List::size);
        meters.gauge("lorafleet.slots.busy", this, RequestIntake::busySlots);
        meters.gauge("lorafleet.slots.refused", refused, RefusedSlots::count);
        meters.gauge("lorafleet.draining", announcer, status -> status.isDraining() ? 1 : 0);
        meters.gauge(
                "lorafleet.slots.waiting", this, intake -> intake.handler.get().waitingJobs());
        meters.gauge(
                "lorafleet.blob.store.failing",
                this,
                intake -> intake.handler.get().storageFailure() == null ? 0 : 1);
    }

    private void startTopicCheck() {
        String pool = config.worker().pool();
        List<String> topics = List.of(Topic.REQUESTS.in(prefix(), pool), Topic.BATCH_REQUESTS.in(prefix(), pool));
        poolTopics = new PoolTopics(this::newAdmin, pool, topics, RETRY_DELAY);
        topicCheck = new Thread(poolTopics, "topics");
        topicCheck.setDaemon(true);
        topicCheck.start();
    }

    private Admin newAdmin() {
        Map<String, Object> settings = only(AdminClientConfig.configNames(), broker);
        ClientId.set(settings, "worker", config.worker().id(), "admin");
        return Admin.create(settings);
    }

    /** @return the request topics of the worker's pool; null before the start */
    @Nullable
    PoolTopics poolTopics() {
        return poolTopics;
    }

    private List<String> topics(int slot) {
        String pool = config.worker().pool();
        String interactive = Topic.REQUESTS.in(prefix(), pool);
        return slot < config.worker().interactiveSlots()
                ? List.of(interactive)
                : List.of(interactive, Topic.BATCH_REQUESTS.in(prefix(), pool));
    }

    /** @return the number of slots that cannot take requests, because the share group is full */
    int refusedSlots() {
        return refused.count();
    }

    private int busySlots() {
        return (int) slots.stream().filter(RequestSlot::busy).count();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (slots.isEmpty()) {
            return;
        }
        if (topicCheck != null) {
            topicCheck.interrupt();
        }
        announcer.drain();
        slots.forEach(RequestSlot::drain);
        if (!join(config.worker().drainTimeout())) {
            LOG.infof(
                    "Releasing %d requests that did not finish within %s",
                    busySlots(), config.worker().drainTimeout());
        }
        slots.forEach(RequestSlot::stop);
        for (Thread thread : threads) {
            thread.join();
        }
        try {
            announcer.end();
        } catch (RuntimeException e) {
            LOG.warnf("Cannot delete this worker's status: %s", e.toString());
        }
    }

    /** @return whether all slots have ended within the time limit */
    private boolean join(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        for (Thread thread : threads) {
            long left = timeout.toMillis() - (System.nanoTime() - start) / 1_000_000;
            if (left > 0) { // a limit of zero would mean no limit
                thread.join(left);
            }
        }
        return threads.stream().noneMatch(Thread::isAlive);
    }

    private String prefix() {
        return config.topicPrefix().orElse("");
    }

    private KafkaShareConsumer<byte[], byte[]> newConsumer(String slot) {
        Map<String, Object> settings =
                settings(broker, Topic.workerGroup(prefix(), config.worker().pool()));
        ClientId.set(settings, "worker", config.worker().id(), slot);
        return new KafkaShareConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** @return the settings for a slot's share consumer */
    static Map<String, Object> settings(Map<String, Object> broker, String group) {
        Map<String, Object> settings = only(ConsumerConfig.configNames(), broker);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        // The default mode delivers whole batches, so one slot would get several records while other slots get none.
        settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        return settings;
    }

    /** Removes the settings for other types of Kafka clients, which would cause warnings. */
    private static Map<String, Object> only(Set<String> names, Map<String, Object> broker) {
        Map<String, Object> settings = new HashMap<>(broker);
        settings.keySet().retainAll(names);
        return settings;
    }
}
