// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.GatewayConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** The quotas for the resources that requests use. */
@Singleton
public final class Quotas {
    private final Quota eventStreams;
    private final Quota requests;
    private final Quota bodyBytes;

    Quotas(GatewayConfig config, MeterRegistry registry) {
        GatewayConfig.Limits limits = config.limits();
        eventStreams = new Quota("event streams", limits.maxEventStreams(), limits.maxEventStreamsPerCaller());
        // The thread pool limits the total.
        requests = new Quota("requests", Long.MAX_VALUE, limits.maxRequestsPerCaller());
        bodyBytes = new Quota("bytes of request bodies", limits.maxBodyBytes(), limits.maxBodyBytesPerCaller());
        gauge(registry, "lorafleet.event.streams.open", "Open event streams", eventStreams);
        gauge(registry, "lorafleet.http.requests", "Requests in progress, excluding event streams", requests);
        gauge(
                registry,
                "lorafleet.body.bytes",
                "Bytes of JSON bodies held in memory until their requests are answered",
                bodyBytes);
    }

    private static void gauge(MeterRegistry registry, String name, String description, Quota quota) {
        Gauge.builder(name, quota, Quota::taken).description(description).register(registry);
    }

    public Quota eventStreams() {
        return eventStreams;
    }

    /** Requests in progress, excluding event streams; each request may occupy a thread. */
    Quota requests() {
        return requests;
    }

    /** Bytes of JSON bodies that are held in memory until their requests are answered. */
    Quota bodyBytes() {
        return bodyBytes;
    }
}
