// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.cancelled;
import static io.lorafleet.gateway.generation.Samples.request;
import static io.lorafleet.gateway.generation.Samples.started;
import static io.lorafleet.gateway.generation.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.generation.state.FleetSummary.Minute;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class FleetSummaryTest {
    private static final Instant MINUTE = NOW.plus(30, ChronoUnit.MINUTES);

    private final GenerationTable table = new GenerationTable(100, new Backlog(Clock.systemUTC()));

    /** @param wait time from the request to its images, in seconds */
    private void succeed(String id, Instant at, int images, long wait) {
        table.apply(request(id, at.minusSeconds(wait)));
        table.apply(succeeded(id, at, images));
    }

    @Test
    void countsTheImagesOfTheLastSixtySeconds() {
        Instant now = MINUTE.plusSeconds(20);
        succeed("recent", now.minusSeconds(1), 1, 5);
        succeed("still", now.minusSeconds(59), 2, 5);
        succeed("no-more", now.minusSeconds(60), 4, 5);
        succeed("long-ago", now.minusSeconds(300), 8, 5);
        assertThat(table.summary(now).imagesPerMinute()).isEqualTo(3);
    }

    @Test
    void countsQueuedAndRunningGenerations() {
        table.apply(request("a"));
        table.apply(request("b"));
        table.apply(request("c"));
        table.apply(started("c"));
        table.apply(request("d"));
        table.apply(cancelled("d"));
        FleetSummary summary = table.summary(NOW);
        assertThat(summary.queued()).isEqualTo(2);
        assertThat(summary.running()).isEqualTo(1);
        assertThat(summary.imagesPerMinute()).isZero();
    }

    @Test
    void listsTheLastThirtyMinutesNewestLast() {
        Instant now = MINUTE.plusSeconds(20);
        succeed("now", now, 1, 5);
        succeed("first", NOW.plus(1, ChronoUnit.MINUTES), 2, 5);
        succeed("before", NOW.plusSeconds(59), 4, 5);
        assertThat(table.summary(now).minutes()).hasSize(30);
        assertThat(table.summary(now).minutes().get(29)).isEqualTo(new Minute(MINUTE, 1, 5.0, 5.0));
        assertThat(table.summary(now).minutes().get(0))
                .isEqualTo(new Minute(NOW.plus(1, ChronoUnit.MINUTES), 2, 5.0, 5.0));
        assertThat(table.summary(now).minutes().get(1))
                .isEqualTo(new Minute(NOW.plus(2, ChronoUnit.MINUTES), 0, null, null));
    }

    @Test
    void reportsTheLatenciesOfAMinute() {
        for (int i = 1; i <= 40; i++) {
            succeed("g" + i, MINUTE, 1, i);
        }
        table.apply(succeeded("of-a-request-that-is-forgotten", MINUTE, 1));
        assertThat(table.summary(MINUTE).minutes()).last().isEqualTo(new Minute(MINUTE, 41, 21.0, 39.0));
    }

    @Test
    void estimatesWhenTheQueueIsEmpty() {
        assertThat(FleetSummary.of(table.list(any -> true, null, 9), Duration.ofSeconds(90), NOW)
                        .clearsInSeconds())
                .isEqualTo(90);
    }
}
