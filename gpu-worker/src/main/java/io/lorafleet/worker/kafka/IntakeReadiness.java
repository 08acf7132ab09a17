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
 * A worker is ready when its model is resident and its status has been published, except while its requests are waiting
 * for the blob store, while the share group has no room for all of its slots, or while the request topics of its pool
 * are missing.
 */
@Readiness
@ApplicationScoped
class IntakeReadiness implements HealthCheck {
    private final StatusAnnouncer announcer;
    private final RequestHandler handler;
    private final RequestIntake intake;

    IntakeReadiness(StatusAnnouncer announcer, RequestHandler handler, RequestIntake intake) {
        this.announcer = announcer;
        this.handler = handler;
        this.intake = intake;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("takes requests");
        if (announcer.announced() != WorkerStatus.State.READY) {
            return response.down().build(); // the handler may need a model that is still loading
        }
        String failure = handler.storageFailure();
        if (failure != null) {
            response.withData("blob store", failure);
        }
        int refused = intake.refusedSlots();
        if (refused > 0) {
            response.withData(
                    "share group", "slots that cannot join: " + refused + "; increase " + RefusedSlots.SETTING);
        }
        PoolTopics topics = intake.poolTopics();
        if (topics != null) {
            topics.objection().ifPresent(missing -> response.withData("topics", missing));
        }
        return response.status(failure == null && refused == 0 && topics != null && topics.exist())
                .build();
    }
}
