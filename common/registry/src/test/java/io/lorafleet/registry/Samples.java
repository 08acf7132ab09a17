// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import java.time.Instant;

/** Sample records. */
final class Samples {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final String SHA = "ab".repeat(32);

    private Samples() {}

    static AdapterVersion style(String name, int version) {
        return style(name, version, SHA);
    }

    static AdapterVersion style(String name, int version, String sha256) {
        return new AdapterVersion(name, version, sha256, 10, 4, null, Kind.STYLE, null, NOW, null);
    }

    static AdapterVersion retired(String name, int version) {
        return style(name, version).retired(NOW);
    }

    static AdapterRoute stable(String name, int stable) {
        return route(name, stable, null, null);
    }

    static AdapterRoute route(String name, int stable, Share canary, Share shadow) {
        return new AdapterRoute(name, stable, null, canary, shadow, NOW);
    }
}
