// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.Adapters.retired;
import static io.lorafleet.gateway.Adapters.route;
import static io.lorafleet.gateway.Adapters.stable;
import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import java.time.Clock;
import java.time.ZoneOffset;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetirementsTest {
    private final AdapterRegistry registry = new AdapterRegistry();
    private final ListedLog log = new ListedLog();
    private final Retirements retirements = new Retirements(registry, log, Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void publishVersions() {
        registry.apply(AdapterEvent.of(style("ink", 1)));
        registry.apply(AdapterEvent.of(style("ink", 2)));
        registry.apply(AdapterEvent.of(student("ink", 3, 5)));
    }

    @Test
    void retiresAVersion() {
        assertThat(retirements.retire("ink", 2)).isInstanceOf(Retirement.Retired.class);
        assertThat(log.written).containsExactly(AdapterEvent.of(retired("ink", 2)));
        assertThat(registry.resolve("ink@2", "r")).isEmpty();
    }

    @Test
    void returnsTheAdapterAfterTheChange() {
        Retirement one = retirements.retire("ink", 2);
        assertThat(((Retirement.Retired) one).adapter().version(2)).contains(retired("ink", 2));
        Retirement all = retirements.retireAll("ink");
        assertThat(((Retirement.Retired) all).adapter().newest()).isEmpty();
    }

    @Test
    void retiresAVersionThatTheRouteDoesNotUse() {
        registry.apply(AdapterEvent.of(stable("ink", 1)));
        assertThat(retirements.retire("ink", 2)).isInstanceOf(Retirement.Retired.class);
        registry.apply(AdapterEvent.of(route("ink", 1, new Share(4, 0.1), new Share(5, 0.1))));
        assertThat(retirements.retire("ink", 3)).isInstanceOf(Retirement.Retired.class);
        assertThat(log.written).hasSize(2);
    }

    @Test
    void keepsTheFieldsOfALaterRelease() {
        String written = new String(AdapterEvent.of(style("ink", 4)).value(), UTF_8);
        String later = written.substring(0, written.length() - 1) + ",\"licence\":{\"name\":\"CC0\"}}";
        registry.apply(AdapterEvent.read(new ConsumerRecord<>("adapters", 0, 0, "ink@4", later.getBytes(UTF_8))));

        retirements.retire("ink", 4);

        String retired = new String(log.written.get(0).value(), UTF_8);
        assertThat(retired).contains("\"retiredAt\":\"" + NOW, "\"licence\":{\"name\":\"CC0\"}");
    }

    @Test
    void doesNotChangeARetiredVersion() {
        registry.apply(AdapterEvent.of(retired("ink", 2)));
        assertThat(retirements.retire("ink", 2)).isInstanceOf(Retirement.Retired.class);
        assertThat(log.written).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, stable", "2, canary", "3, shadow"})
    void refusesToRetireWhatTheRouteUses(int version, String use) {
        registry.apply(AdapterEvent.of(route("ink", 1, new Share(2, 0.1), new Share(3, 0.1))));
        assertThat(((Retirement.Routed) retirements.retire("ink", version)).use())
                .isEqualTo(use);
        assertThat(log.written).isEmpty();
    }

    @Test
    void removesTheRouteBeforeItRetiresEveryVersion() {
        registry.apply(AdapterEvent.of(stable("ink", 2)));
        registry.apply(AdapterEvent.of(retired("ink", 1)));
        assertThat(retirements.retireAll("ink")).isInstanceOf(Retirement.Retired.class);
        assertThat(log.written)
                .hasSize(3)
                .startsWith(new AdapterEvent.RouteRemoved("ink", null), AdapterEvent.of(retired("ink", 2)));
        assertThat(registry.names()).isEmpty();
    }

    @Test
    void removesNoRouteThatDoesNotExist() {
        retirements.retireAll("ink");
        assertThat(log.written).hasSize(3).noneMatch(AdapterEvent.RouteRemoved.class::isInstance);
    }

    @Test
    void knowsWhichVersionsThereAre() {
        assertThat(retirements.retire("ink", 4)).isEqualTo(new Retirement.Unknown());
        assertThat(retirements.retire("oil", 1)).isEqualTo(new Retirement.Unknown());
        assertThat(retirements.retireAll("oil")).isEqualTo(new Retirement.Unknown());
    }
}
