// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.trainer.canary.CanaryAnalysis;
import io.lorafleet.trainer.canary.CanaryRoutes;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.feedback.FeedbackBuffer;
import io.lorafleet.trainer.feedback.OffsetRange;
import io.lorafleet.trainer.publish.Publication;
import io.lorafleet.trainer.publish.Publisher;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A trainer as long as all goes well. One thread makes its turns: it polls, gathers samples, has a run made on another
 * thread, and publishes what came of it. It knows nothing that it could not read again, so whatever goes wrong, another
 * session, here or elsewhere, begins where the last transaction ended.
 */
final class TrainerSession implements AutoCloseable, ConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(TrainerSession.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** Longer than any transaction may stay open, and well below {@code max.poll.interval.ms}. */
    private static final Duration HISTORY_PATIENCE = Duration.ofSeconds(90);

    private final TrainerSettings settings;
    private final Publisher publisher;
    private final Executor trainingThread;
    private final TrainerMetrics metrics;
    private final Clock clock;
    private final RetryDelays delays;
    private final Consumer<String, byte[]> consumer;
    private final EventPublisher announcements;
    private final Transactions transactions;
    private final TopicReplay history;
    private final CanaryRoutes routes;
    private final CanaryObserver canaries;
    private final Map<TopicPartition, FeedbackBuffer> gatherings = new HashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private @Nullable CurrentRun run;

    /** @param clients stay the caller's */
    TrainerSession(
            KafkaClients clients,
            TrainerSettings settings,
            Publisher publisher,
            Executor trainingThread,
            TrainerMetrics metrics,
            Clock clock) {
        this.settings = settings;
        this.publisher = publisher;
        this.trainingThread = trainingThread;
        this.metrics = metrics;
        this.clock = clock;
        this.delays = new RetryDelays(settings.maxRetryPause());
        this.transactions = new Transactions(clients.transactional(), settings.topicPrefix());
        this.announcements = new EventPublisher(clients.plain(), settings.topicPrefix(), settings.id(), clock);
        this.history = new TopicReplay(clients, settings.topicPrefix(), HISTORY_PATIENCE);
        this.routes = new CanaryRoutes(settings.canaries());
        this.canaries = new CanaryObserver(clients, settings.topicPrefix(), settings.canaries());
        this.consumer = clients.feedback();
    }

    /** Joins the group. */
    void begin() {
        consumer.subscribe(List.of(Topic.FEEDBACK.in(settings.topicPrefix())), this);
    }

    /** Does what there is to be done. To be called again and again. */
    void turn() {
        consumer.poll(POLL).forEach(this::take);
        // Behind the last record there may be more offsets, such as a transaction's marker.
        gatherings.forEach((partition, buffer) -> buffer.advance(consumer.position(partition)));
        if (run != null && run.isDone()) {
            endRun(run);
        }
        if (run == null) {
            beginRun();
        }
        decide();
        commit();
        metrics.waiting(
                gatherings.values().stream().mapToInt(FeedbackBuffer::size).sum());
    }

    /** @return whether the group counts on this trainer */
    boolean isMember() {
        return consumer.groupMetadata().generationId() >= 0;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        // In this order: of whatever is committed before the position, the history must know.
        Map<TopicPartition, Long> positions = new HashMap<>();
        partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
        history.catchUp();
        positions.forEach((partition, position) -> {
            gatherings.put(partition, new FeedbackBuffer(partition.partition(), history.consumed(), position));
            committed.put(partition, position);
        });
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            gatherings.remove(partition);
            committed.remove(partition);
            if (run != null && run.partition().equals(partition)) {
                LOG.infof("a run of %s is left to another trainer", run.order().adapter());
                run.cancel();
                run = null;
            }
        }
    }

    /** @return what is known of a partition that is this trainer's */
    private static <T> T own(Map<TopicPartition, T> all, TopicPartition partition) {
        return Objects.requireNonNull(all.get(partition), "it is another trainer's");
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        FeedbackBuffer buffer = own(gatherings, new TopicPartition(record.topic(), record.partition()));
        try {
            FeedbackEvent event = Json.read(record.value(), FeedbackEvent.class);
            metrics.took(buffer.take(record.offset(), event));
        } catch (InvalidMessageException e) {
            announcements.deadLetter(record, String.valueOf(e.getMessage()));
            metrics.refused();
            buffer.advance(record.offset() + 1);
        }
    }

    private void beginRun() {
        Instant now = clock.instant();
        for (Map.Entry<TopicPartition, FeedbackBuffer> entry : gatherings.entrySet()) {
            if (due(entry.getValue(), now).isPresent()) {
                history.catchUp(); // it may name the version that the samples are of
                due(entry.getValue(), now).ifPresent(range -> beginRun(entry.getKey(), entry.getValue(), range));
                return;
            }
        }
    }

    private Optional<OffsetRange> due(FeedbackBuffer buffer, Instant now) {
        return buffer.due(settings.readiness(), now, adapter -> mayRun(adapter, now));
    }

    /** What comes after a version that is on trial must go on from it, or not: that is to be seen. */
    private boolean mayRun(String adapter, Instant now) {
        return delays.isOver(adapter, now) && history.canaries().open(adapter).isEmpty();
    }

    private void beginRun(TopicPartition partition, FeedbackBuffer buffer, OffsetRange range) {
        Optional<AdapterVersion> parent = parent(range);
        if (parent.isEmpty() || parent.get().kind() != AdapterVersion.Kind.STUDENT) {
            LOG.warnf(
                    "%d samples of adapter %s are passed over: %s",
                    range.samples().size(),
                    range.adapter(),
                    parent.isEmpty() ? "it has no version" : "only students are trained, and it is a style");
            buffer.forget(range.adapter(), range.toOffset());
            return;
        }
        RunInputs order = RunInputs.of(parent.get(), range, publisher.plan());
        if (!order.lineage().equals(range.begun())) {
            announcements.started(
                    new TrainingStarted(order.adapter(), order.lineage(), settings.id(), clock.instant()));
        }
        LOG.infof(
                "a run of %s begins, with %d samples",
                parent.get().pinned(), range.samples().size());
        run = new CurrentRun(
                partition, order, history.book().lastNumber(order.adapter()), publisher, announcements, metrics, clock);
        trainingThread.execute(run);
    }

    /** A run that was begun goes on from the version that it began with. */
    private Optional<AdapterVersion> parent(OffsetRange range) {
        return Optional.ofNullable(range.begun())
                .flatMap(begun -> history.book().find(range.adapter(), begun.parent()))
                .or(() -> history.book().current(range.adapter()));
    }

    private void endRun(CurrentRun ended) {
        if (ended.publication().isEmpty()) {
            Duration pause = delays.brokeDown(ended.order().adapter(), clock.instant());
            LOG.warnf("the run of %s is tried again in %d s", ended.order().adapter(), pause.toSeconds());
            run = null;
            return;
        }
        Publication publication = withTrial(ended.publication().get());
        String adapter = ended.order().adapter();
        long to = ended.order().lineage().toOffset();
        FeedbackBuffer buffer = own(gatherings, ended.partition());
        long offset = buffer.committable(adapter, to);
        if (!transactions.publish(publication, ended.partition(), offset, consumer.groupMetadata())) {
            return; // the next poll says whether the partition is still this trainer's
        }
        history.published(publication);
        buffer.forget(adapter, to);
        committed.put(ended.partition(), offset);
        publication.event().ifPresent(event -> {
            metrics.finished(event);
            LOG.infof("the run of %s is finished: %s", adapter, outcome(event));
        });
        publication.decision().ifPresent(this::told);
        run = null;
        delays.wentWell(adapter);
        try {
            publisher.clear(adapter);
        } catch (IOException e) {
            LOG.warnf("checkpoints of %s are left behind: %s", adapter, e);
        }
    }

    private static String outcome(TrainingFinished event) {
        return Objects.requireNonNullElseGet(
                event.reason(), () -> event.adapter() + "@" + event.version() + " is published");
    }

    /** The route may have been changed since the run began. */
    private Publication withTrial(Publication publication) {
        if (publication.version().isEmpty()) {
            return publication;
        }
        history.catchUp();
        AdapterVersion version = publication.version().get();
        AdapterRoute route = history.book().route(version.name()).orElse(null);
        return publication.with(history.book()
                .current(version.name())
                .flatMap(stable -> routes.begin(version, stable, route, clock.instant())));
    }

    /** Promotes what does not fall behind, and rolls back what does. */
    private void decide() {
        List<RouteDecided> own =
                history.canaries().open().stream().filter(this::isOwn).toList();
        for (CanaryAnalysis canary : canaries.follow(own)) {
            canary.verdict(clock.instant()).ifPresent(verdict -> decide(canary.decision(), verdict));
        }
    }

    /** Who owns the partition of an adapter's feedback decides, as it publishes. */
    private boolean isOwn(RouteDecided decision) {
        return gatherings.containsKey(partition(decision));
    }

    private TopicPartition partition(RouteDecided decision) {
        int partition = history.book()
                .find(decision.adapter(), decision.version())
                .map(AdapterVersion::lineage)
                .map(Lineage::partition)
                .orElse(-1);
        return new TopicPartition(Topic.FEEDBACK.in(settings.topicPrefix()), partition);
    }

    private void decide(RouteDecided last, CanaryAnalysis.Verdict verdict) {
        history.catchUp();
        if (!history.canaries().open(last.adapter()).equals(Optional.of(last))) {
            return; // somebody has changed the route
        }
        TopicPartition partition = partition(last);
        RouteDecided next = routes.next(last, verdict, clock.instant());
        Publication publication = Publication.of(next);
        if (transactions.publish(publication, partition, own(committed, partition), consumer.groupMetadata())) {
            history.published(publication);
            told(next);
        }
    }

    private static String text(RouteDecided.Decision decision) {
        return switch (decision) {
            case CANARY -> "tried on a share of the requests";
            case PROMOTED -> "promoted";
            case KEPT -> "kept";
            case ROLLED_BACK -> "rolled back";
        };
    }

    private void told(RouteDecided decision) {
        metrics.decided(decision);
        LOG.infof(
                "%s@%d is %s: %s",
                decision.adapter(), decision.version(), text(decision.decision()), decision.reason());
    }

    /** Moves on past what no run needs. */
    private void commit() {
        gatherings.forEach((partition, buffer) -> {
            long offset = buffer.committable();
            if (offset > own(committed, partition)) {
                try {
                    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
                    committed.put(partition, offset);
                } catch (CommitFailedException | RebalanceInProgressException e) {
                    LOG.debugf("offsets are not committed while partitions are assigned: %s", e.getMessage());
                }
            }
        });
    }

    @Override
    public void close() {
        if (run != null) {
            run.cancel();
        }
    }
}
