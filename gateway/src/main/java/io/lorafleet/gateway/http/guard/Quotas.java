// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.GatewayConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** What requests hold of this gateway while they last. */
@Singleton
public final class Quotas {
    private final Quota eventStreams;
    private final Quota requests;
    private final Quota bodyBytes;

    Quotas(GatewayConfig config, MeterRegistry registry) {
        GatewayConfig.Limits limits = config.limits();
        eventStreams = new Quota("event streams", limits.maxEventStreams(), limits.maxEventStreamsPerCaller());
        // The threads are the bound for everybody.
        requests = new Quota("requests", Long.MAX_VALUE, limits.maxRequestsPerCaller());
        bodyBytes = new Quota("bytes of bodies", limits.maxBodyBytes(), limits.maxBodyBytesPerCaller());
        gauge(registry, "lorafleet.event.streams.open", "Clients that follow a generation", eventStreams);
        gauge(registry, "lorafleet.http.requests", "Requests that are under way, without streams", requests);
        gauge(registry, "lorafleet.body.bytes", "Bytes of JSON bodies whose requests are not answered yet", bodyBytes);
    }

    private static void gauge(MeterRegistry registry, String name, String description, Quota quota) {
        Gauge.builder(name, quota, Quota::taken).description(description).register(registry);
    }

    public Quota eventStreams() {
        return eventStreams;
    }

    /** Requests that are under way, without streams: each may hold a thread. */
    Quota requests() {
        return requests;
    }

    /** Bytes of bodies that are held in memory until their requests are answered. */
    Quota bodyBytes() {
        return bodyBytes;
    }
}
