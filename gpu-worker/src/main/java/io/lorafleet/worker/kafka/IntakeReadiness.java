// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.worker.WorkerStatus;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** A worker is ready when its model is resident and its status has been published. */
@Readiness
@ApplicationScoped
class IntakeReadiness implements HealthCheck {
    private final StatusAnnouncer announcer;

    IntakeReadiness(StatusAnnouncer announcer) {
        this.announcer = announcer;
    }

    @Override
    public HealthCheckResponse call() {
        boolean ready = announcer.announced() == WorkerStatus.State.READY;
        return HealthCheckResponse.named("takes requests").status(ready).build();
    }
}
