// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** A trainer is ready when it is in the group that shares out the feedback, whether or not it got some. */
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
