// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.Adapters.retired;
import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdapterRoutesTest {
    private final AdapterRegistry registry = new AdapterRegistry();
    private final Topic log = new Topic();
    private final RouteLog routeLog = new RouteLog(registry, log, Duration.ofMillis(100));
    private final AdapterRoutes routes = new AdapterRoutes(registry, routeLog, Clock.fixed(NOW, ZoneOffset.UTC));

    /** A log whose records are read back at once, after those of other writers. */
    private final class Topic implements AdapterLog {
        private final List<AdapterEvent> written = new ArrayList<>();
        private final List<AdapterEvent> others = new ArrayList<>();
        private boolean isReadBack = true;

        @Override
        public void write(AdapterEvent event) {
            others.forEach(routeLog::read);
            others.clear();
            written.add(event);
            if (isReadBack) {
                routeLog.read(event);
            }
        }
    }

    @BeforeEach
    void publishVersions() {
        registry.apply(AdapterEvent.of(style("fast", 1)));
        registry.apply(AdapterEvent.of(student("fast", 2, 5)));
        registry.apply(AdapterEvent.of(student("fast", 3, 5)));
        registry.apply(AdapterEvent.of(retired("fast", 4)));
    }

    @Test
    void writesTheWholeRoute() {
        RouteRequest body = new RouteRequest(2, new RouteRequest.Share(1, 0.1), new RouteRequest.Share(3, 1.0));
        RouteChange change = routes.set("fast", body);
        AdapterRoute expected =
                new AdapterRoute("fast", 2, null, new AdapterRoute.Share(1, 0.1), new AdapterRoute.Share(3, 1), NOW, 1);
        assertThat(log.written).containsExactly(AdapterEvent.of(expected));
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
        assertThat(route()).isEqualTo(new AdapterRoute("fast", 1, null, null, null, NOW, 3));
    }

    /** Such as the trainer, or another gateway on which an operator has just rolled back. */
    @Test
    void aChangeDoesNotOverwriteAnotherOne() {
        setStable(1);
        setStable(2);
        AdapterRoute theirs = new AdapterRoute("fast", 1, null, null, null, NOW.plusSeconds(1)).after(route());
        log.others.add(AdapterEvent.of(theirs));
        assertThat(routes.set("fast", new RouteRequest(3, null, null))).isEqualTo(new RouteChange.Overtaken());
        assertThat(route()).isEqualTo(theirs);
        setStable(3);
    }

    /** A gateway that has not read another gateway's roll-back must not go back one more version. */
    @Test
    void twoRollbacksGoBackOneVersion() {
        setStable(1);
        setStable(2);
        setStable(3);
        log.others.add(
                AdapterEvent.of(new AdapterRoute("fast", 2, null, null, null, NOW.plusSeconds(1)).after(route())));
        assertThat(routes.rollBack("fast")).isEqualTo(new RouteChange.Overtaken());
        assertThat(route().stable()).isEqualTo(2);
    }

    @Test
    void doesNotConfirmAChangeThatIsNotReadBack() {
        log.isReadBack = false;
        assertThatThrownBy(() -> setStable(1)).isInstanceOf(NotPublishedException.class);
    }

    /** Compaction would delete the winner, because the loser is the last record with its key. */
    @Test
    void theCurrentRouteIsRestoredAfterOneThatDoesNotApply() {
        setStable(1);
        AdapterRoute loser = new AdapterRoute("fast", 3, null, null, null, NOW.plusSeconds(1)).after(null);
        assertThat(routeLog.read(AdapterEvent.of(loser))).isFalse();
        AdapterRegistry compacted = new AdapterRegistry();
        compacted.apply(AdapterEvent.of(loser));

        routeLog.restore("fast");

        AdapterEvent restored = log.written.get(log.written.size() - 1);
        assertThat(route().stable()).isEqualTo(1);
        assertThat(compacted.apply(restored)).isTrue();
        assertThat(compacted.adapter("fast").route()).isEqualTo(route());
    }

    @Test
    void aRestoredRouteKeepsTheFieldsOfALaterRelease() {
        String later = "{\"name\":\"fast\",\"stable\":2,\"canary\":{\"version\":3,\"share\":0.1,\"sticky\":true},"
                + "\"updatedAt\":\"" + NOW + "\",\"revision\":1,\"regions\":[\"eu\"]}";
        routeLog.read(AdapterEvent.read(new ConsumerRecord<>("adapters", 0, 0, "fast", later.getBytes(UTF_8))));

        routeLog.restore("fast");

        String restored = new String(log.written.get(0).value(), UTF_8);
        assertThat(restored).contains("\"revision\":2", "\"sticky\":true", "\"regions\":[\"eu\"]");
    }

    @Test
    void rollsBackOnlyOnce() {
        setStable(1);
        setStable(2);
        routes.rollBack("fast");
        assertThat(routes.rollBack("fast"))
                .isEqualTo(new RouteChange.NothingBefore("the route has no previous stable version"));
        assertThat(route().stable()).isEqualTo(1);
    }

    @Test
    void doesNotRollBackToARetiredOrMissingVersion() {
        assertThat(routes.rollBack("fast")).isInstanceOf(RouteChange.NothingBefore.class);
        setStable(1);
        setStable(2);
        registry.apply(AdapterEvent.of(retired("fast", 1)));
        assertThat(routes.rollBack("fast"))
                .isEqualTo(new RouteChange.NothingBefore("the previous stable version, fast@1, is retired"));
    }

    @Test
    void removesARoute() {
        setStable(1);
        assertThat(routes.remove("fast")).isInstanceOf(RouteChange.Changed.class);
        assertThat(route()).isNull();
        assertThat(log.written).last().isEqualTo(new AdapterEvent.RouteRemoved("fast", 2));
    }

    /** Such as another gateway, whose new route this gateway has not read. */
    @Test
    void aRemovalDoesNotOverwriteAnotherChange() {
        setStable(1);
        AdapterRoute theirs = new AdapterRoute("fast", 2, 1, null, null, NOW.plusSeconds(1)).after(route());
        log.others.add(AdapterEvent.of(theirs));
        assertThat(routes.remove("fast")).isEqualTo(new RouteChange.Overtaken());
        assertThat(route()).isEqualTo(theirs);
    }

    /** The revision does not start at 1 again, so a route that was set before the removal cannot have the same one. */
    @Test
    void aChangeDoesNotOverwriteARouteThatWasSetAfterARemoval() {
        setStable(1);
        AdapterRoute stale = new AdapterRoute("fast", 3, 1, null, null, NOW).after(route());
        routes.remove("fast");
        setStable(2);
        assertThat(routeLog.read(AdapterEvent.of(stale))).isFalse();
        assertThat(route().stable()).isEqualTo(2);
    }

    @Test
    void theRemovalIsRestoredAfterARouteThatDoesNotApply() {
        setStable(1);
        routes.remove("fast");
        AdapterEvent removal = log.written.get(1);
        AdapterRoute loser = new AdapterRoute("fast", 3, null, null, null, NOW, 2);
        assertThat(routeLog.read(AdapterEvent.of(loser))).isFalse();

        routeLog.restore("fast");

        AdapterEvent restored = log.written.get(2);
        AdapterRegistry compacted = new AdapterRegistry();
        assertThat(compacted.apply(removal)).isTrue();
        assertThat(compacted.apply(restored)).isTrue();
        assertThat(compacted.apply(AdapterEvent.of(loser))).isFalse();
        assertThat(compacted.adapter("fast").route()).isNull();
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
                        new BadField("canary.share", "a number greater than 0 and at most 1", "0.0"),
                        new BadField("shadow.share", "a number greater than 0 and at most 1", "none"));
        assertThat(log.written).isEmpty();
    }

    @Test
    void refusesAStyleAsShadowAndTheStableVersionAsCanary() {
        assertThat(refused(new RouteRequest(2, new RouteRequest.Share(2, 0.5), new RouteRequest.Share(1, 0.5))))
                .containsExactly(
                        new BadField("canary.version", "a version other than the stable version", "2"),
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
