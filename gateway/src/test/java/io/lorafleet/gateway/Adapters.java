// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import io.lorafleet.messages.adapter.Embedding;
import java.time.Instant;

/** Sample adapter records. */
public final class Adapters {
    public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    public static final String SHA = "ab".repeat(32);

    private Adapters() {}

    public static AdapterVersion style(String name, int version) {
        return style(name, version, SHA);
    }

    /** @param base fingerprint of the adapter's base */
    public static AdapterVersion style(String name, int version, String base) {
        return new AdapterVersion(name, version, SHA, 10, 4, base, Kind.STYLE, null, NOW, null);
    }

    public static AdapterVersion student(String name, int version, double guidance) {
        return new AdapterVersion(name, version, SHA, 10, 4, SHA, Kind.STUDENT, guidance, NOW, null);
    }

    public static AdapterVersion embedding(String name, String triggerWord) {
        return new AdapterVersion(
                name,
                1,
                SHA,
                10,
                0,
                SHA,
                Kind.STYLE,
                null,
                NOW,
                null,
                null,
                null,
                AdapterVersion.TextEncoder.APPLIED,
                null,
                new Embedding(triggerWord, 4));
    }

    public static AdapterVersion retired(String name, int version) {
        return style(name, version).retired(NOW);
    }

    public static AdapterRoute stable(String name, int stable) {
        return route(name, stable, null, null);
    }

    public static AdapterRoute route(String name, int stable, Share canary, Share shadow) {
        return new AdapterRoute(name, stable, null, canary, shadow, NOW);
    }
}
