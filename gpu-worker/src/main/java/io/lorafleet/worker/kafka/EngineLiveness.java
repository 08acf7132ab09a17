// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.worker.job.RequestHandler;
import io.smallrye.health.api.HealthGroup;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * A worker is live unless one of the engine's threads has hung. Only restarting the process ends a hung thread. The
 * check has its own group, because the liveness check of the Kafka channels can also fail during a long broker outage,
 * when a restart does not help.
 */
@Liveness
@HealthGroup("watchdog")
@ApplicationScoped
class EngineLiveness implements HealthCheck {
    private final StatusAnnouncer announcer;
    private final RequestHandler handler;

    EngineLiveness(StatusAnnouncer announcer, RequestHandler handler) {
        this.announcer = announcer;
        this.handler = handler;
    }

    @Override
    public HealthCheckResponse call() {
        // Before the worker is ready, the handler may need a model that is still loading.
        boolean hung = announcer.announced() == WorkerStatus.State.READY && handler.engineHung();
        return HealthCheckResponse.named("engine responds").status(!hung).build();
    }
}
