// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static io.lorafleet.gateway.Adapters.retired;
import static io.lorafleet.gateway.Adapters.route;
import static io.lorafleet.gateway.Adapters.stable;
import static io.lorafleet.gateway.Adapters.style;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.adapter.AdapterRoute.Share;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdapterRegistryTest {
    private final AdapterRegistry registry = new AdapterRegistry();

    @BeforeEach
    void publishThreeVersions() {
        IntStream.of(2, 3, 1).forEach(version -> registry.apply(style("ink", version)));
    }

    @Test
    void givesTheNewestVersionOfAnAdapterWithoutARoute() {
        assertThat(resolved("ink")).isEqualTo("ink@3");
    }

    @Test
    void givesTheStableVersionOfTheRoute() {
        registry.apply(stable("ink", 2));
        assertThat(resolved("ink")).isEqualTo("ink@2");
        assertThat(resolved("ink@3")).isEqualTo("ink@3");
    }

    @Test
    void givesTheNewestAgainWhenTheRouteIsRemoved() {
        registry.apply(stable("ink", 2));
        registry.removeRoute("ink");
        assertThat(resolved("ink")).isEqualTo("ink@3");
    }

    @Test
    void givesTheCanaryToItsShareOfTheRequests() {
        registry.apply(route("ink", 2, new Share(3, 0.1), null));
        long canaries = IntStream.range(0, 10_000)
                .mapToObj(i -> new UUID(i, -i).toString())
                .filter(id -> registry.resolve("ink", id).orElseThrow().version() == 3)
                .count();
        // 180 is six standard deviations.
        assertThat(canaries).isBetween(820L, 1180L);
    }

    @Test
    void givesARequestTheSameVersionOnEveryGateway() {
        AdapterRegistry other = new AdapterRegistry();
        IntStream.rangeClosed(1, 3).forEach(version -> other.apply(style("ink", version)));
        registry.apply(route("ink", 2, new Share(3, 0.5), null));
        other.apply(route("ink", 2, new Share(3, 0.5), null));
        for (int i = 0; i < 100; i++) {
            assertThat(registry.resolve("ink", "r" + i)).isEqualTo(other.resolve("ink", "r" + i));
        }
    }

    @Test
    void givesNoRetiredVersion() {
        registry.apply(retired("ink", 3));
        assertThat(resolved("ink")).isEqualTo("ink@2");
        assertThat(registry.resolve("ink@3", "r")).isEmpty();
        assertThat(registry.isUsable("ink@3")).isFalse();
        assertThat(registry.find("ink").orElseThrow().versions()).hasSize(3);
    }

    @Test
    void doesNotListFullyRetiredAdapters() {
        IntStream.rangeClosed(1, 3).forEach(version -> registry.apply(retired("ink", version)));
        assertThat(registry.names()).isEmpty();
        assertThat(registry.resolve("ink", "r")).isEmpty();
        assertThat(registry.all()).hasSize(1);
    }

    @Test
    void fallsBackWhenARouteNamesARetiredOrUnknownVersion() {
        registry.apply(route("ink", 2, new Share(9, 1), null));
        assertThat(resolved("ink")).isEqualTo("ink@2");
        registry.apply(retired("ink", 2));
        assertThat(resolved("ink")).isEqualTo("ink@3");
    }

    @Test
    void knowsNoAdapterFromItsRouteAlone() {
        registry.apply(stable("oil", 1));
        assertThat(registry.find("oil")).isEmpty();
        assertThat(registry.all()).extracting(Adapter::name).containsExactly("ink");
        assertThat(registry.resolve("oil", "r")).isEmpty();
    }

    private String resolved(String reference) {
        return registry.resolve(reference, "r").orElseThrow().pinned().toString();
    }
}
