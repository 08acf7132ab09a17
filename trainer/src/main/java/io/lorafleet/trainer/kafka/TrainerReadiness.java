// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * A trainer is ready when it is a member of the consumer group, with or without assigned partitions, except while a
 * failed run has not yet been retried successfully. The response contains the adapters whose runs failed, and the
 * reasons.
 */
@Readiness
@ApplicationScoped
class TrainerReadiness implements HealthCheck {
    private final TrainerStart trainer;

    TrainerReadiness(TrainerStart trainer) {
        this.trainer = trainer;
    }

    @Override
    public HealthCheckResponse call() {
        Map<String, String> failures = trainer.failures();
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("follows feedback").status(trainer.isFollowing() && failures.isEmpty());
        failures.forEach(response::withData);
        return response.build();
    }
}
