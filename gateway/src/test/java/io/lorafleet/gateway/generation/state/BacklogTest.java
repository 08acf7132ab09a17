// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.cancelled;
import static io.lorafleet.gateway.generation.Samples.request;
import static io.lorafleet.gateway.generation.Samples.started;
import static io.lorafleet.gateway.generation.Samples.succeeded;
import static io.lorafleet.messages.PoolName.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.generation.Samples;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.testkit.StoppedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final long COST = request("any").cost();

    private final StoppedClock clock = new StoppedClock();
    private final Backlog backlog = new Backlog(clock);
    private final GenerationTable table = new GenerationTable(3, backlog);

    @BeforeEach
    void letTenSecondsPass() {
        clock.set(NOW.plusSeconds(10));
    }

    @Test
    void countsUnfinishedRequests() {
        table.apply(request("a"));
        table.apply(request("b"));
        assertThat(backlog.waiting()).isEqualTo(new Backlog.Waiting(2, 2 * COST));
        table.apply(request("b"));
        table.apply(cancelled("a"));
        table.apply(cancelled("a"));
        assertThat(backlog.waiting()).isEqualTo(new Backlog.Waiting(1, COST));
        table.apply(succeeded("b"));
        assertThat(backlog.waiting()).isEqualTo(Backlog.Waiting.NOTHING);
    }

    /** The limits of a caller depend on this number. */
    @Test
    void countsTheUnfinishedRequestsOfEachOwner() {
        table.apply(requestOf("a", "alice"));
        table.apply(requestOf("b", "alice"));
        table.apply(requestOf("c", "bob"));
        assertThat(backlog.waitingOf("alice")).isEqualTo(new Backlog.Waiting(2, 2 * COST));
        table.apply(started("a"));
        assertThat(backlog.waitingOf("alice")).isEqualTo(new Backlog.Waiting(2, 2 * COST));
        table.apply(cancelled("a"));
        assertThat(backlog.waitingOf("alice")).isEqualTo(new Backlog.Waiting(1, COST));
        table.apply(succeeded("b"));
        assertThat(backlog.waitingOf("alice")).isEqualTo(Backlog.Waiting.NOTHING);
        assertThat(backlog.waitingOf("bob")).isEqualTo(new Backlog.Waiting(1, COST));
        assertThat(backlog.waitingOf("carol")).isEqualTo(Backlog.Waiting.NOTHING);
    }

    private static GenerateImage requestOf(String id, String owner) {
        return GenerateImage.builder(id, NOW)
                .prompt("a red circle")
                .guidanceScale(5)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .owner(owner)
                .build();
    }

    @Test
    void ignoresARequestThatIsReadAfterItsResult() {
        table.apply(succeeded("a"));
        table.apply(request("a"));
        assertThat(backlog.waiting()).isEqualTo(Backlog.Waiting.NOTHING);
    }

    @Test
    void doesNotCountForgottenRequests() {
        for (String id : new String[] {"a", "b", "c", "d"}) {
            table.apply(request(id));
        }
        assertThat(backlog.waiting()).isEqualTo(new Backlog.Waiting(3, 3 * COST));
    }

    @Test
    void countsRequestsThatNoWorkerHasStarted() {
        assertThat(backlog.queue(DEFAULT, Priority.INTERACTIVE)).isEqualTo(new Backlog.Queue(0, 0, Duration.ZERO));
        table.apply(request("a"));
        table.apply(request("b"));
        assertThat(backlog.queue(DEFAULT, Priority.INTERACTIVE))
                .isEqualTo(new Backlog.Queue(2, 2 * COST, Duration.ofSeconds(10)));
        assertThat(backlog.queue(DEFAULT, Priority.BATCH).requests()).isZero();
        table.apply(started("a"));
        assertThat(backlog.queue(DEFAULT, Priority.INTERACTIVE))
                .isEqualTo(new Backlog.Queue(1, COST, Duration.ofSeconds(10)));
        table.apply(cancelled("b"));
        table.apply(succeeded("a"));
        assertThat(backlog.queue(DEFAULT, Priority.INTERACTIVE)).isEqualTo(new Backlog.Queue(0, 0, Duration.ZERO));
    }

    @Test
    void countsThePoolsApart() {
        List<String> pools = new ArrayList<>();
        backlog.onPool(pools::add);
        table.apply(request("a"));
        table.apply(Samples.request("b", "xl"));
        table.apply(cancelled("b"));
        table.apply(Samples.request("c", "xl"));
        assertThat(backlog.queue(DEFAULT, Priority.INTERACTIVE).requests()).isEqualTo(1);
        assertThat(backlog.queue("xl", Priority.INTERACTIVE).requests()).isEqualTo(1);
        assertThat(backlog.waiting("xl")).isEqualTo(new Backlog.Waiting(1, COST));
        assertThat(backlog.waiting()).isEqualTo(new Backlog.Waiting(2, 2 * COST));
        table.apply(started("c"));
        clock.advance(Duration.ofSeconds(10));
        table.apply(new StepDone("c", 10, 20, null)); // half of the request in ten seconds
        assertThat(backlog.timeFor("xl", 4 * COST)).isEqualTo(Duration.ofSeconds(80));
        assertThat(backlog.timeFor(DEFAULT, 4 * COST)).isEqualTo(Duration.ofSeconds(5));
        assertThat(backlog.clearsIn()).isEqualTo(Duration.ofSeconds(20));
        backlog.addPool("empty");
        backlog.addPool("xl");
        assertThat(pools).containsExactly(DEFAULT, "xl", "empty");
    }

    @Test
    void estimatesFromTheStepsOfTheRunningRequests() {
        assertThat(backlog.timeFor(DEFAULT, COST)).isEqualTo(Duration.ofSeconds(5));
        table.apply(request("a"));
        table.apply(request("b"));
        table.apply(started("a"));
        clock.advance(Duration.ofSeconds(5));
        table.apply(new StepDone("a", 10, 20, null));
        assertThat(backlog.timeFor(DEFAULT, 4 * COST)).isEqualTo(Duration.ofSeconds(40));
        table.apply(started("b"));
        clock.advance(Duration.ofSeconds(5));
        table.apply(succeeded("a"));
        table.apply(new StepDone("b", 20, 20, null));
        // Two requests within ten seconds.
        assertThat(backlog.timeFor(DEFAULT, 4 * COST)).isEqualTo(Duration.ofSeconds(20));
        assertThat(backlog.timeFor(DEFAULT, 1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(backlog.timeFor(DEFAULT, 10_000 * COST)).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void countsAStepOnce() {
        run("a");
        Duration once = backlog.timeFor(DEFAULT, 4 * COST);
        Generation finished = table.find("a").orElseThrow();
        backlog.changed(finished, finished);
        table.apply(new StepDone("a", 20, 20, null));
        assertThat(backlog.timeFor(DEFAULT, 4 * COST)).isEqualTo(once);
    }

    @Test
    void doesNotCountTheStepsOfARequestThatDidNotSucceed() {
        table.apply(request("a"));
        table.apply(started("a"));
        clock.advance(Duration.ofSeconds(10));
        table.apply(cancelled("a"));
        assertThat(backlog.costPerSecond(DEFAULT)).isNull();
    }

    @Test
    void countsTheStepsOfASecondAttempt() {
        table.apply(request("a"));
        table.apply(started("a"));
        clock.advance(Duration.ofSeconds(10));
        table.apply(new StepDone("a", 20, 20, null));
        table.apply(started("a"));
        clock.advance(Duration.ofSeconds(10));
        table.apply(new StepDone("a", 20, 20, null));
        assertThat(backlog.costPerSecond(DEFAULT)).isEqualTo(COST / 10.0);
    }

    @Test
    void forgetsTheRatesOfTheTimeInWhichTheGatewayCaughtUp() {
        run("a");
        assertThat(backlog.costPerSecond(DEFAULT)).isEqualTo(COST / 10.0);
        table.caughtUp();
        assertThat(backlog.costPerSecond(DEFAULT)).isNull();
    }

    /** Runs a request in ten seconds. */
    private void run(String id) {
        table.apply(request(id));
        table.apply(started(id));
        clock.advance(Duration.ofSeconds(10));
        table.apply(succeeded(id));
    }
}
