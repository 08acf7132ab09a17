// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import static io.lorafleet.gateway.Adapters.retired;
import static io.lorafleet.gateway.Adapters.route;
import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.body;
import static io.lorafleet.gateway.generation.Samples.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.generation.Samples;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.ShadowStudent;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests shadows through AdmissionRules, because the cases are clearest as generation requests. */
class ShadowsTest {
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private final AdapterRegistry adapters = new AdapterRegistry();
    private final ModelDirectory models = new ModelDirectory(CLOCK);
    private final AdmissionRules rules =
            new AdmissionRules(Samples.LIMITS, models, adapters, new Backlog(CLOCK), Samples.NO_WEBHOOKS, CLOCK);

    @BeforeEach
    void routeAShadow() {
        models.apply(ready());
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        adapters.apply(AdapterEvent.of(student("ink", 2, 5)));
        adapters.apply(AdapterEvent.of(student("ink", 3, 9)));
        adapters.apply(AdapterEvent.of(route("ink", 1, null, new Share(2, 1))));
    }

    @Test
    void shadowsTheAdapterOfItsRoute() {
        isShadow(shadow(Map.of("adapter", "ink", "guidanceScale", 3)), "ink@2 x 0.5", 3);
        isShadow(shadow(Map.of("adapter", "ink@1")), "ink@2 x 1.0", 5);
    }

    @Test
    void shadowsAStudentAtItsEffectiveGuidance() {
        isShadow(shadow(Map.of("adapter", "ink@3", "adapterScale", 0.5)), "ink@2 x 1.0", 5);
        isShadow(shadow(Map.of("adapter", "ink@3", "guidanceScale", 7)), "ink@2 x 1.5", 7);
    }

    @Test
    void shadowsRequestsToTheBase() {
        isShadow(shadow(Map.of()), "ink@2 x 1.0", 5);
    }

    @Test
    void shadowsTheBaseWithTheStudentsOfAllRoutes() {
        adapters.apply(AdapterEvent.of(student("oil", 1, 5)));
        adapters.apply(AdapterEvent.of(route("oil", 1, null, new Share(1, 1))));
        List<String> tried = Stream.generate(() -> shadow(Map.of()))
                .limit(100)
                .map(shadow -> shadow.student().adapter().name())
                .toList();
        // A hundred equal outcomes would be as likely as a hundred equal coin tosses.
        assertThat(tried).contains("ink", "oil");
    }

    @Test
    void hasNoShadowForSeveralAdapters() {
        adapters.apply(AdapterEvent.of(style("oil", 1)));
        assertThat(shadow(Map.of("adapters", List.of(Map.of("adapter", "ink"), Map.of("adapter", "oil")))))
                .isNull();
    }

    @Test
    void hasNoShadowForAnAdapterWithoutOne() {
        adapters.apply(AdapterEvent.of(style("oil", 1)));
        assertThat(shadow(Map.of("adapter", "oil"))).isNull();
    }

    @Test
    void hasNoShadowWithoutGuidance() {
        assertThat(shadow(Map.of("guidanceScale", 1))).isNull();
        assertThat(shadow(Map.of("adapter", "ink@3", "adapterScale", 0))).isNull();
        assertThat(shadow(Map.of("adapter", "ink@3", "adapterScale", -1))).isNull();
    }

    @Test
    void hasNoShadowBeyondTheMaximumAdapterScale() {
        assertThat(shadow(Map.of("guidanceScale", 40))).isNull();
        assertThat(shadow(Map.of("adapter", "ink@3", "adapterScale", 8))).isNull();
    }

    @Test
    void hasNoRetiredOrStyleShadow() {
        adapters.apply(AdapterEvent.of(retired("ink", 2)));
        assertThat(shadow(Map.of("adapter", "ink"))).isNull();
        adapters.apply(AdapterEvent.of(route("ink", 1, null, new Share(1, 1))));
        assertThat(shadow(Map.of("adapter", "ink"))).isNull();
    }

    @Test
    void shadowsItsShareOfTheRequests() {
        adapters.apply(AdapterEvent.of(route("ink", 1, null, new Share(2, 0.1))));
        long tried = Stream.generate(() -> shadow(Map.of("adapter", "ink")))
                .limit(2_000)
                .filter(Objects::nonNull)
                .count();
        // 80 is six standard deviations.
        assertThat(tried).isBetween(120L, 280L);
    }

    private ShadowStudent shadow(Map<String, Object> fields) {
        GenerateImage request =
                ((Admission.Admitted) rules.admit(body(fields), RequestIdentity.random(null))).request();
        return request.shadow();
    }

    private static void isShadow(ShadowStudent shadow, String student, double guidanceScale) {
        assertThat(shadow.student()).hasToString(student);
        assertThat(shadow.guidanceScale()).isEqualTo(guidanceScale);
    }
}
