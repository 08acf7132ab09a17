// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.trainer.canary.CanaryAnalysis;
import io.lorafleet.trainer.canary.CanaryRoutes;
import io.lorafleet.trainer.publish.Publication;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Decides when to start, promote, keep and roll back canaries. It does not publish anything itself: the session writes
 * the publications that this class returns. All methods are called on the polling thread.
 */
final class CanaryCoordinator {
    private static final Logger LOG = Logger.getLogger(CanaryCoordinator.class);

    private final String feedback;
    private final Predicate<AdapterVersion> trains;
    private final TopicReplay replay;
    private final CanaryRoutes routes;
    private final CanaryObserver observer;
    private final TrainerMetrics metrics;
    private final Clock clock;

    CanaryCoordinator(
            KafkaClients clients, TrainerSettings settings, TopicReplay replay, TrainerMetrics metrics, Clock clock) {
        this.feedback = Topic.FEEDBACK.in(settings.topicPrefix());
        this.trains = settings.trains();
        this.replay = replay;
        this.routes = new CanaryRoutes(settings.canaries());
        this.observer = new CanaryObserver(clients, settings.topicPrefix(), settings.canaries());
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Adds the start of a canary to the publication of a new version. The route may have changed during the run. */
    Publication withCanary(Publication publication) {
        if (publication.version().isEmpty()) {
            return publication;
        }
        replay.catchUp();
        AdapterVersion version = publication.version().get();
        Adapter adapter = replay.registry().adapter(version.name());
        return publication.with(
                adapter.current().flatMap(stable -> routes.start(version, stable, adapter.route(), clock.instant())));
    }

    /**
     * Reads new results and feedback.
     *
     * @param owned this trainer's feedback partitions; the trainer decides only on canaries trained on feedback from
     *     these partitions
     * @return the analyses of the open canaries
     */
    Collection<CanaryAnalysis> observe(Set<TopicPartition> owned) {
        List<RouteDecided> open = replay.canaries().open().stream()
                .filter(decision -> owned.contains(partition(decision)))
                .toList();
        return observer.follow(open);
    }

    /** Finds new partitions. Call this after a rebalance. */
    void findPartitions() {
        observer.findPartitions();
    }

    /**
     * @return the partition that contains the feedback on which the version was trained; partition -1, which no trainer
     *     owns, if the partition is unknown or the version was made for another base
     */
    TopicPartition partition(RouteDecided decision) {
        int partition = replay.registry()
                .adapter(decision.adapter())
                .version(decision.version())
                .filter(trains)
                .map(AdapterVersion::lineage)
                .map(Lineage::partition)
                .orElse(-1);
        return new TopicPartition(feedback, partition);
    }

    /**
     * @return the next decision on a canary; empty if there is no verdict yet, or if an operator has changed the route
     */
    Optional<Publication> decide(CanaryAnalysis canary) {
        return canary.verdict(clock.instant()).flatMap(verdict -> {
            RouteDecided last = canary.decision();
            replay.catchUp();
            return replay.canaries()
                    .open(last.adapter())
                    .filter(last::equals)
                    .map(open -> Publication.of(routes.next(open, verdict, clock.instant())));
        });
    }

    /**
     * Finds decisions that had no effect, because an operator changed the route at the same time.
     *
     * @param owned this trainer's feedback partitions
     * @return the publications that end the canaries of these decisions
     */
    List<Publication> overruled(Set<TopicPartition> owned) {
        return replay.canaries().overruled().stream()
                .filter(decision -> owned.contains(partition(decision)))
                .map(this::overruled)
                .toList();
    }

    /**
     * Writes the current route again, because compaction would otherwise keep the route of the decision that had no
     * effect.
     */
    private Publication overruled(RouteDecided decision) {
        String adapter = decision.adapter();
        AdapterRegistry registry = replay.registry();
        return Publication.of(
                CanaryRoutes.overruled(decision, registry.adapter(adapter).route(), clock.instant()),
                registry.restoration(adapter));
    }

    /** Counts and logs a published decision, unless it had no effect. */
    void published(RouteDecided decision) {
        if (replay.canaries().overruled().contains(decision)) {
            return;
        }
        metrics.decided(decision);
        LOG.infof("%s@%d %s: %s", decision.adapter(), decision.version(), text(decision.decision()), decision.reason());
    }

    private static String text(RouteDecided.Decision decision) {
        return switch (decision) {
            case CANARY -> "started as canary";
            case PROMOTED -> "promoted to stable";
            case KEPT -> "kept as stable";
            case ROLLED_BACK -> "rolled back";
            case OVERRULED -> "no longer under analysis";
        };
    }
}
