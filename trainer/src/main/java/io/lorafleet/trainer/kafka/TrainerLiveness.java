// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.smallrye.health.api.HealthGroup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/**
 * A trainer is live unless one of its threads has ended or is hung. An outage of the broker or of the blob store does
 * not affect liveness, because a restart would not help.
 */
@Liveness
@HealthGroup("watchdog")
@ApplicationScoped
class TrainerLiveness implements HealthCheck {
    private final TrainerStart trainer;

    TrainerLiveness(TrainerStart trainer) {
        this.trainer = trainer;
    }

    @Override
    public HealthCheckResponse call() {
        Optional<String> failed = trainer.failedThread();
        HealthCheckResponseBuilder response =
                HealthCheckResponse.named("threads respond").status(failed.isEmpty());
        failed.ifPresent(thread -> response.withData("thread", thread));
        return response.build();
    }
}
