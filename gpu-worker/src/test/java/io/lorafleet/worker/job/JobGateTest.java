// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JobGateTest {
    private final JobGate gate = new JobGate();

    @Test
    void jobsRunTogether() {
        gate.enter(false, () -> false);
        assertThat(gate.enter(false, () -> false)).isNotNull();
    }

    @Test
    void jobsStartInTheOrderOfTheirArrival() {
        JobGate.Pass first = gate.enter(false, () -> false);
        CompletableFuture<JobGate.Pass> alone = arrive(true);
        CompletableFuture<JobGate.Pass> newcomer = arrive(false);
        CompletableFuture<JobGate.Pass> secondAlone = arrive(true);
        assertThat(newcomer).isNotDone();

        first.close();
        JobGate.Pass held = alone.join();
        assertThat(newcomer).isNotDone();

        held.close();
        JobGate.Pass passed = newcomer.join();
        assertThat(secondAlone).isNotDone();

        passed.close();
        assertThat(secondAlone.join()).isNotNull();
    }

    @Test
    void aJobThatEndsWhileItWaitsLetsTheNextOneStart() {
        JobGate.Pass first = gate.enter(false, () -> false);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        CompletableFuture<JobGate.Pass> alone = CompletableFuture.supplyAsync(() -> gate.enter(true, ended::isDone));
        await().until(() -> gate.waiting() == 1);
        CompletableFuture<JobGate.Pass> newcomer = arrive(false);
        ended.complete(true);
        assertThat(alone.join()).isNull();
        assertThat(newcomer.join()).isNotNull();
        first.close();
    }

    @Test
    void aPassThatIsClosedTwiceCountsOnce() {
        JobGate.Pass first = gate.enter(false, () -> false);
        gate.enter(false, () -> false);
        first.close();
        first.close();
        CompletableFuture<JobGate.Pass> alone = arrive(true);
        assertThat(alone).isNotDone();
    }

    /** @return the pass of a job that waits */
    private CompletableFuture<JobGate.Pass> arrive(boolean alone) {
        int before = gate.waiting();
        CompletableFuture<JobGate.Pass> pass = CompletableFuture.supplyAsync(() -> gate.enter(alone, () -> false));
        await().atMost(Duration.ofSeconds(10)).until(() -> gate.waiting() == before + 1);
        return pass;
    }
}
