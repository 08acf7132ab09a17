// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.Adapters.retired;
import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.BadField;
import io.lorafleet.messages.adapter.AdapterRoute;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdapterRoutesTest {
    private final AdapterRegistry registry = new AdapterRegistry();
    private final ListedLog log = new ListedLog();
    private final AdapterRoutes routes = new AdapterRoutes(registry, log, Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void publishVersions() {
        registry.apply(style("fast", 1));
        registry.apply(student("fast", 2, 5));
        registry.apply(student("fast", 3, 5));
        registry.apply(retired("fast", 4));
    }

    @Test
    void writesTheWholeRoute() {
        RouteRequest body = new RouteRequest(2, new RouteRequest.Share(1, 0.1), new RouteRequest.Share(3, 1.0));
        RouteChange change = routes.set("fast", body);
        AdapterRoute expected =
                new AdapterRoute("fast", 2, null, new AdapterRoute.Share(1, 0.1), new AdapterRoute.Share(3, 1), NOW);
        assertThat(log.written).containsExactly(expected);
        assertThat(((RouteChange.Changed) change).adapter().route()).isEqualTo(expected);
        assertThat(registry.find("fast").map(Adapter::route)).contains(expected);
    }

    @Test
    void keepsThePreviousStableVersionUntilTheNextChangeOfIt() {
        setStable(1);
        assertThat(route().previousStable()).isNull();
        setStable(2);
        assertThat(route().previousStable()).isEqualTo(1);
        routes.set("fast", new RouteRequest(2, new RouteRequest.Share(3, 0.1), null));
        assertThat(route().previousStable()).isEqualTo(1);
        setStable(3);
        assertThat(route().previousStable()).isEqualTo(2);
    }

    @Test
    void rollsBackWithoutCanaryAndShadow() {
        setStable(1);
        routes.set("fast", new RouteRequest(2, new RouteRequest.Share(3, 0.1), new RouteRequest.Share(3, 0.1)));
        assertThat(routes.rollBack("fast")).isInstanceOf(RouteChange.Changed.class);
        assertThat(route()).isEqualTo(new AdapterRoute("fast", 1, null, null, null, NOW));
    }

    @Test
    void rollsBackOnlyOnce() {
        setStable(1);
        setStable(2);
        routes.rollBack("fast");
        assertThat(routes.rollBack("fast"))
                .isEqualTo(new RouteChange.NothingBefore("the route has no stable version before version 1"));
        assertThat(route().stable()).isEqualTo(1);
    }

    @Test
    void doesNotRollBackToARetiredOrMissingVersion() {
        assertThat(routes.rollBack("fast")).isInstanceOf(RouteChange.NothingBefore.class);
        setStable(1);
        setStable(2);
        registry.apply(retired("fast", 1));
        assertThat(routes.rollBack("fast"))
                .isEqualTo(new RouteChange.NothingBefore("the previous stable version, fast@1, is retired"));
    }

    @Test
    void removesARoute() {
        setStable(1);
        assertThat(routes.remove("fast")).isInstanceOf(RouteChange.Changed.class);
        assertThat(route()).isNull();
        assertThat(log.written).last().isEqualTo("fast");
    }

    @Test
    void namesEveryVersionAndShareThatCannotBeRouted() {
        assertThat(refused(new RouteRequest(null, new RouteRequest.Share(4, 0.0), new RouteRequest.Share(9, null))))
                .containsExactly(
                        new BadField("stable", "a version of fast that is not retired", "none"),
                        new BadField(
                                "canary.version", "a version of fast that is not retired", "4, which is" + " retired"),
                        new BadField(
                                "shadow.version", "a version of fast that is not retired", "9, which does not exist"),
                        new BadField("canary.share", "more than 0 and at most 1", "0.0"),
                        new BadField("shadow.share", "more than 0 and at most 1", "none"));
        assertThat(log.written).isEmpty();
    }

    @Test
    void refusesAStyleAsShadowAndTheStableVersionAsCanary() {
        assertThat(refused(new RouteRequest(2, new RouteRequest.Share(2, 0.5), new RouteRequest.Share(1, 0.5))))
                .containsExactly(
                        new BadField("canary.version", "a version other than stable", "2"),
                        new BadField("shadow.version", "a student", "fast@1, a style"));
    }

    @Test
    void knowsWhichAdaptersThereAre() {
        assertThat(routes.set("slow", new RouteRequest(1, null, null))).isEqualTo(new RouteChange.Unknown());
        assertThat(routes.remove("slow")).isEqualTo(new RouteChange.Unknown());
        assertThat(routes.rollBack("slow")).isEqualTo(new RouteChange.Unknown());
    }

    private void setStable(int version) {
        assertThat(routes.set("fast", new RouteRequest(version, null, null))).isInstanceOf(RouteChange.Changed.class);
    }

    private AdapterRoute route() {
        return registry.find("fast").orElseThrow().route();
    }

    private List<BadField> refused(RouteRequest body) {
        return ((RouteChange.Refused) routes.set("fast", body)).badFields();
    }
}
