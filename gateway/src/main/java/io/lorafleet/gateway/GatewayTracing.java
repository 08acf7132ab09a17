// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.lorafleet.telemetry.Spans;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Enables tracing, unless the configuration disables it. */
@ApplicationScoped
class GatewayTracing {
    private static final int FIRST = 1;

    void start(
            @Observes @Priority(FIRST) StartupEvent event,
            OpenTelemetry sdk,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        if (!disabled) {
            Spans.use(sdk);
        }
    }
}
