// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.BadField;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FeedbackWithdrawalsTest {
    private final AdapterRegistry adapters = new AdapterRegistry();
    private final List<FeedbackEvent> written = new ArrayList<>();
    private final FeedbackWithdrawals withdrawals =
            new FeedbackWithdrawals(adapters, written::add, Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void knowTwoStudentsAndAStyle() {
        adapters.apply(AdapterEvent.of(student("fast", 1, 5)));
        adapters.apply(AdapterEvent.of(student("slow", 1, 5).retired(NOW)));
        adapters.apply(AdapterEvent.of(style("ink", 1)));
    }

    @Test
    void withdrawsForEveryStudentIncludingRetiredOnes() {
        assertThat(withdrawals.withdraw("mallory", null, "carol"))
                .isEqualTo(new Withdrawal.Published("mallory", List.of("fast", "slow")));
        assertThat(written)
                .containsExactly(
                        new FeedbackWithdrawn("fast", "mallory", "carol", NOW),
                        new FeedbackWithdrawn("slow", "mallory", "carol", NOW));
    }

    @Test
    void withdrawsForTheNamedStudent() {
        assertThat(withdrawals.withdraw("mallory", "slow", null))
                .isEqualTo(new Withdrawal.Published("mallory", List.of("slow")));
        assertThat(written).containsExactly(new FeedbackWithdrawn("slow", "mallory", null, NOW));
    }

    @Test
    void requiresAnOwner() {
        BadField noOwner = new BadField("owner", "the owner of the feedback", "none");
        refuses(null, null, noOwner);
        refuses("", null, noOwner);
        refuses("x".repeat(513), null, new BadField("owner", "at most 512 characters", "513 characters"));
        refuses("a\0b", null, new BadField("owner", "Unicode text", "a NUL or a lone surrogate"));
    }

    @Test
    void knowsNoOtherAdaptersThanStudents() {
        BadField another = new BadField("adapter", "the name of a student", "another name");
        refuses("mallory", "ink", another);
        refuses("mallory", "gone", another);
        refuses("mallory", "", another);
    }

    private void refuses(String owner, String adapter, BadField mistake) {
        assertThat(withdrawals.withdraw(owner, adapter, "carol")).isEqualTo(new Withdrawal.Refused(List.of(mistake)));
        assertThat(written).isEmpty();
    }
}
