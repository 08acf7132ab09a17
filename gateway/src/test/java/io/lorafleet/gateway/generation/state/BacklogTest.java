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
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final long COST = request("any").cost();

    private final Backlog backlog = backlogAt(Duration.ofSeconds(10));
    private final GenerationTable table = new GenerationTable(3, backlog);

    private static Backlog backlogAt(Duration afterTheFirst) {
        return new Backlog(Clock.fixed(NOW.plus(afterTheFirst), ZoneOffset.UTC));
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
        table.apply(succeeded("b"));
        table.apply(Samples.request("c", "xl"));
        assertThat(backlog.queue(DEFAULT, Priority.INTERACTIVE).requests()).isEqualTo(1);
        assertThat(backlog.queue("xl", Priority.INTERACTIVE).requests()).isEqualTo(1);
        assertThat(backlog.waiting("xl")).isEqualTo(new Backlog.Waiting(1, COST));
        assertThat(backlog.waiting()).isEqualTo(new Backlog.Waiting(2, 2 * COST));
        assertThat(backlog.timeFor("xl", 4 * COST)).isEqualTo(Duration.ofSeconds(40));
        assertThat(backlog.timeFor(DEFAULT, 4 * COST)).isEqualTo(Duration.ofSeconds(5));
        assertThat(backlog.clearsIn()).isEqualTo(Duration.ofSeconds(10));
        backlog.addPool("empty");
        backlog.addPool("xl");
        assertThat(pools).containsExactly(DEFAULT, "xl", "empty");
    }

    @Test
    void estimatesFromRecentThroughput() {
        assertThat(backlog.timeFor(DEFAULT, COST)).isEqualTo(Duration.ofSeconds(5));
        table.apply(request("a"));
        table.apply(request("b"));
        table.apply(succeeded("a"));
        table.apply(succeeded("b"));
        // Two requests succeeded within ten seconds.
        assertThat(backlog.timeFor(DEFAULT, 4 * COST)).isEqualTo(Duration.ofSeconds(20));
        assertThat(backlog.timeFor(DEFAULT, 1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(backlog.timeFor(DEFAULT, 10_000 * COST)).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void countsAResultOnce() {
        table.apply(request("a"));
        table.apply(succeeded("a"));
        Duration once = backlog.timeFor(DEFAULT, 4 * COST);
        Generation finished = table.find("a").orElseThrow();
        backlog.changed(finished, finished);
        assertThat(backlog.timeFor(DEFAULT, 4 * COST)).isEqualTo(once);
    }

    @Test
    void ignoresOldResults() {
        Backlog later = backlogAt(Duration.ofMinutes(6));
        GenerationTable other = new GenerationTable(3, later);
        other.apply(request("a"));
        other.apply(succeeded("a"));
        assertThat(later.timeFor(DEFAULT, COST)).isEqualTo(Duration.ofSeconds(5));
    }
}
