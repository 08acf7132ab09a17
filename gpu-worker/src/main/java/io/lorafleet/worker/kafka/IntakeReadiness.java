// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.worker.job.RequestHandler;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * A worker is ready when its model is resident and its status has been published, except while its requests wait for
 * the blob store.
 */
@Readiness
@ApplicationScoped
class IntakeReadiness implements HealthCheck {
    private final StatusAnnouncer announcer;
    private final RequestHandler handler;

    IntakeReadiness(StatusAnnouncer announcer, RequestHandler handler) {
        this.announcer = announcer;
        this.handler = handler;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("takes requests");
        if (announcer.announced() != WorkerStatus.State.READY) {
            return response.down().build(); // the handler may need a model that is still loading
        }
        String failure = handler.storageFailure();
        return failure == null
                ? response.up().build()
                : response.down().withData("blob store", failure).build();
    }
}
