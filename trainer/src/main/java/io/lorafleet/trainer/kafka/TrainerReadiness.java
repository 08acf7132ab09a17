// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** A trainer is ready when it is a member of the consumer group, with or without assigned partitions. */
@Readiness
@ApplicationScoped
class TrainerReadiness implements HealthCheck {
    private final TrainerStart trainer;

    TrainerReadiness(TrainerStart trainer) {
        this.trainer = trainer;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("follows feedback")
                .status(trainer.isFollowing())
                .build();
    }
}
