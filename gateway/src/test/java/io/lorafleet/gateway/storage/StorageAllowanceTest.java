// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.testkit.StoppedClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StorageAllowanceTest {
    private final StoppedClock clock = new StoppedClock();
    private final StorageAllowance allowance = new StorageAllowance(100, clock);

    @Test
    void refusesBytesBeyondTheDailyAllowance() {
        allowance.take("alice", 60);
        allowance.take("alice", 40);
        assertThatThrownBy(() -> allowance.take("alice", 1))
                .isInstanceOfSatisfying(
                        AllowanceUsedException.class, e -> assertThat(e.eases()).isEqualTo(Duration.ofHours(25)))
                .hasMessage("expected at most 100 bytes of init images and adapters per caller per day, found 101");
        allowance.take("bob", 100);
    }

    @Test
    void forgetsWhatWasStoredADayAgo() {
        allowance.take("alice", 60);
        clock.advance(Duration.ofHours(12));
        allowance.take("alice", 40);
        clock.advance(Duration.ofHours(13));
        allowance.take("alice", 60);
        assertThatThrownBy(() -> allowance.take("alice", 1)).isInstanceOf(AllowanceUsedException.class);
        clock.advance(Duration.ofHours(25));
        assertThat(allowance.owners()).isZero();
    }

    @Test
    void returnsTheAllowanceOfUnstoredBytes() {
        allowance.take("alice", 100);
        clock.advance(Duration.ofHours(1));
        allowance.giveBack("alice", 100);
        assertThat(allowance.owners()).isZero();
        allowance.take("alice", 100);
    }

    @Test
    void hasNoLimitInOpenMode() {
        assertThatCode(() -> allowance.take(null, 1000)).doesNotThrowAnyException();
        allowance.giveBack(null, 1000);
        assertThat(allowance.owners()).isZero();
    }
}
