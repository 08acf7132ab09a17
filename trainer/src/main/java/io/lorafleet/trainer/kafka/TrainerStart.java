// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Topic;
import io.lorafleet.trainer.TrainerConfig;
import io.lorafleet.trainer.canary.CanaryRules;
import io.lorafleet.trainer.feedback.RunThreshold;
import io.lorafleet.trainer.run.TrainedAdapters;
import io.lorafleet.trainer.run.TrainingRun;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Starts and stops the polling loop with the service. */
@ApplicationScoped
class TrainerStart {
    private final TrainerLoop loop;

    TrainerStart(
            TrainerConfig config,
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            TrainingRun training,
            TrainedAdapters trained,
            CanaryRules canaries,
            MeterRegistry meters,
            Clock clock) {
        String prefix = config.topicPrefix().orElse("");
        String pool = config.trainer().pool().orElse(PoolName.DEFAULT);
        String transactionalId = prefix + "trainer-" + UUID.randomUUID();
        this.loop = new TrainerLoop(
                () -> new KafkaClients(broker, config.trainer().id(), transactionalId),
                new TrainerSettings(
                        prefix,
                        Topic.trainerGroup(prefix, pool),
                        config.trainer().id(),
                        trained,
                        new RunThreshold(
                                config.trainer().minSamples(), config.trainer().maxAge()),
                        config.trainer().maxRetryPause(),
                        config.trainer().hangTimeout(),
                        config.trainer().maxWaiting(),
                        canaries),
                training,
                new TrainerMetrics(meters),
                clock);
    }

    void start(@Observes StartupEvent event) {
        loop.start();
    }

    void stop(@Observes ShutdownEvent event) {
        loop.close();
    }

    boolean isFollowing() {
        return loop.isFollowing();
    }

    Optional<String> failedThread() {
        return loop.failedThread();
    }

    Map<String, String> failures() {
        return loop.failures();
    }
}
