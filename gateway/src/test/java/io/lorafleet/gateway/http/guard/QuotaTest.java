// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.gateway.http.problem.ProblemException;
import org.junit.jupiter.api.Test;

class QuotaTest {
    private final Quota quota = new Quota("things", 10, 4);

    @Test
    void enforcesThePerCallerLimits() {
        quota.take("key:alice", 4);
        assertThatThrownBy(() -> quota.take("key:alice", 1)).isInstanceOfSatisfying(ProblemException.class, e -> {
            assertThat(e.problem().status()).isEqualTo(429);
            assertThat(e.problem().detail()).contains("4 things per caller");
            assertThat(e.retryAfter()).isPresent();
        });
        quota.take("key:bob", 4);
        quota.giveBack("key:alice", 1);
        quota.take("key:alice", 1);
        assertThat(quota.taken()).isEqualTo(8);
    }

    @Test
    void hasATotalLimit() {
        quota.take("key:alice", 4);
        quota.take("key:bob", 4);
        assertThatThrownBy(() -> quota.take("key:carol", 3))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().status()).isEqualTo(503));
        quota.take("key:carol", 2);
        assertThat(quota.taken()).isEqualTo(10);
    }

    /** In open mode, all requests are from the same caller. */
    @Test
    void hasOnlyTheTotalLimitWithoutAnOwner() {
        quota.take(null, 10);
        assertThatThrownBy(() -> quota.take(null, 1)).isInstanceOf(ProblemException.class);
    }

    @Test
    void takesNothingWhenItRefuses() {
        quota.take(null, 9);
        assertThatThrownBy(() -> quota.take("key:alice", 2)).isInstanceOf(ProblemException.class);
        assertThat(quota.taken()).isEqualTo(9);
        quota.take("key:alice", 1);
    }
}
