// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.trainer.canary.CanaryAnalysis;
import io.lorafleet.trainer.feedback.FeedbackBuffer;
import io.lorafleet.trainer.publish.Publication;
import io.lorafleet.trainer.run.TrainingRun;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jboss.logging.Logger;

/**
 * A membership in the trainers' consumer group that lasts until the first error. The polling thread reads feedback,
 * publishes the results of runs and canaries, and commits the offsets. All state of a session can be reloaded from
 * Kafka and the blob store, so the next session, on this or another trainer, continues after the last transaction.
 */
final class TrainerSession implements AutoCloseable, ConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(TrainerSession.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** Longer than the transaction timeout, and well below {@code max.poll.interval.ms}. */
    private static final Duration REPLAY_TIMEOUT = Duration.ofSeconds(90);

    private final TrainerSettings settings;
    private final TrainerMetrics metrics;
    private final Consumer<String, byte[]> consumer;
    private final EventPublisher events;
    private final Transactions transactions;
    private final TopicReplay replay;
    private final RunCoordinator runs;
    private final CanaryCoordinator canaries;
    private final Map<TopicPartition, FeedbackBuffer> buffers = new HashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();

    /** @param clients the session's clients; the caller closes them */
    TrainerSession(
            KafkaClients clients,
            TrainerSettings settings,
            TrainingRun training,
            Executor trainingThread,
            Watchdog watchdog,
            TrainerMetrics metrics,
            Clock clock) {
        this.settings = settings;
        this.metrics = metrics;
        this.transactions = new Transactions(clients.transactional(), settings.topicPrefix());
        this.events = new EventPublisher(clients.plain(), settings.topicPrefix(), settings.id(), clock);
        this.replay = new TopicReplay(clients, settings.topicPrefix(), REPLAY_TIMEOUT);
        this.runs = new RunCoordinator(settings, training, trainingThread, watchdog, replay, events, metrics, clock);
        this.canaries = new CanaryCoordinator(clients, settings, replay, metrics, clock);
        this.consumer = clients.feedback(settings.group());
    }

    /** Joins the consumer group. */
    void join() {
        consumer.subscribe(List.of(Topic.FEEDBACK.in(settings.topicPrefix())), this);
    }

    /** Runs one iteration of the polling loop. */
    void poll() {
        consumer.poll(POLL).forEach(this::take);
        // The position can be past the last record (for example, after a transaction marker).
        buffers.forEach((partition, buffer) -> buffer.advance(consumer.position(partition)));
        limitMemory();
        runs.finished().ifPresent(this::publish);
        runs.startNext(buffers);
        for (CanaryAnalysis canary : canaries.observe(buffers.keySet())) {
            canaries.decide(canary).ifPresent(this::publishDecision);
        }
        canaries.overruled(buffers.keySet()).forEach(this::publishDecision);
        commit();
        metrics.waiting(buffers.values().stream().mapToInt(FeedbackBuffer::size).sum());
    }

    /** Stops reading partitions with too many waiting records. Further records wait in Kafka. */
    private void limitMemory() {
        buffers.forEach((partition, buffer) -> {
            boolean paused = consumer.paused().contains(partition);
            boolean full = buffer.isFull(settings.maxWaiting());
            if (full && !paused) {
                consumer.pause(List.of(partition));
                LOG.warnf("Stopped reading %s: %d records are waiting for a run", partition, buffer.records());
            } else if (paused && !full) {
                consumer.resume(List.of(partition));
                LOG.infof("Resumed reading %s", partition);
            }
        });
    }

    /** @return whether this trainer is a member of the consumer group */
    boolean isMember() {
        return consumer.groupMetadata().generationId() >= 0;
    }

    /** @return the adapters whose latest run failed and will be retried, and the reasons */
    Map<String, String> failures() {
        return runs.failures();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        // The positions are read first, because the replay must include every transaction committed before these
        // positions.
        Map<TopicPartition, Long> positions = new HashMap<>();
        partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
        replay.catchUp();
        canaries.findPartitions();
        positions.forEach((partition, position) -> {
            buffers.put(partition, new FeedbackBuffer(partition.partition(), replay.consumed(), position));
            committed.put(partition, position);
        });
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            buffers.remove(partition);
            committed.remove(partition);
            runs.revoke(partition);
        }
    }

    private static <T> T owned(Map<TopicPartition, T> byPartition, TopicPartition partition) {
        return Objects.requireNonNull(byPartition.get(partition), "the partition is not assigned to this trainer");
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        FeedbackBuffer buffer = owned(buffers, new TopicPartition(record.topic(), record.partition()));
        try {
            FeedbackEvent event = Json.read(record.value(), FeedbackEvent.class);
            metrics.took(buffer.take(record.offset(), event));
        } catch (InvalidMessageException e) {
            events.deadLetter(record, String.valueOf(e.getMessage()));
            metrics.refused();
            buffer.advance(record.offset() + 1);
        }
    }

    private void publish(RunCoordinator.FinishedRun run) {
        Publication publication = canaries.withCanary(run.publication());
        String adapter = run.inputs().adapter();
        long toOffset = run.inputs().lineage().toOffset();
        FeedbackBuffer buffer = owned(buffers, run.partition());
        long offset = buffer.committable(adapter, toOffset);
        if (publish(publication, run.partition(), offset)) {
            buffer.forget(adapter, toOffset);
            committed.put(run.partition(), offset);
            runs.published(run);
            publication.decision().ifPresent(canaries::published);
        }
    }

    private void publishDecision(Publication publication) {
        RouteDecided decision = publication.decision().orElseThrow();
        TopicPartition partition = canaries.partition(decision);
        if (publish(publication, partition, owned(committed, partition))) {
            canaries.published(decision);
        }
    }

    /**
     * @return false if the consumer group is rebalancing; the next poll shows whether this trainer keeps the partition
     */
    private boolean publish(Publication publication, TopicPartition partition, long offset) {
        if (!transactions.publish(publication, partition, offset, consumer.groupMetadata())) {
            return false;
        }
        replay.catchUp(); // another change to the route may have come first
        return true;
    }

    /** For each partition, commits the offset of the first record that a run still needs. */
    private void commit() {
        buffers.forEach((partition, buffer) -> {
            long offset = buffer.committable();
            if (offset > owned(committed, partition)) {
                try {
                    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
                    committed.put(partition, offset);
                } catch (CommitFailedException | RebalanceInProgressException e) {
                    LOG.debugf("Offsets were not committed during a rebalance: %s", e.getMessage());
                }
            }
        });
    }

    @Override
    public void close() {
        runs.close();
    }
}
