// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.generation.Samples.request;
import static io.lorafleet.gateway.generation.Samples.started;
import static io.lorafleet.gateway.generation.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.http.guard.Quota;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.messages.generation.StepDone;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GenerationStreamTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration NEVER = Duration.ofDays(1);

    private final GenerationTable table = new GenerationTable(9, new Backlog(Clock.systemUTC()));
    private final Quota open = new Quota("streams", 2, 2);

    @BeforeEach
    void submit() {
        table.apply(request("g"));
    }

    @Test
    void sendsHeartbeats() {
        List<Optional<Generation>> said = new GenerationStream(table, open, Duration.ofMillis(10))
                .of("g", null)
                .select()
                .first(3)
                .collect()
                .asList()
                .await()
                .atMost(SOON);
        assertThat(said).containsExactly(table.find("g"), Optional.empty(), Optional.empty());
    }

    @Test
    void sendsEveryStateToAFastReader() {
        AssertSubscriber<Optional<Generation>> reader = follow(Long.MAX_VALUE);
        table.apply(started("g"));
        table.apply(new StepDone("g", 1, 20, null));
        table.apply(succeeded("g"));
        reader.awaitCompletion(SOON);
        assertThat(reader.getItems())
                .extracting(state -> state.orElseThrow().step())
                .containsExactly(0, 0, 1, 20);
    }

    @Test
    void buffersLittleForASlowReaderButNeverDropsTheEnd() {
        AssertSubscriber<Optional<Generation>> reader = follow(1);
        for (int step = 1; step <= 1000; step++) {
            table.apply(new StepDone("g", step, 1000, null));
        }
        table.apply(succeeded("g"));
        reader.awaitItems(1, SOON).request(Long.MAX_VALUE).awaitCompletion(SOON);
        assertThat(reader.getItems()).hasSizeLessThan(200);
        assertThat(reader.getLastItem().orElseThrow().isFinished()).isTrue();
    }

    @Test
    void releasesItsPlaceAfterAnyOutcome() {
        AssertSubscriber<Optional<Generation>> leaving = follow(1);
        AssertSubscriber<Optional<Generation>> staying = follow(Long.MAX_VALUE);
        assertThat(open.taken()).isEqualTo(2);
        AssertSubscriber<Optional<Generation>> tooMany = follow(1);
        tooMany.awaitFailure(SOON).assertFailedWith(ProblemException.class, "at most 2 streams");
        leaving.cancel();
        table.apply(succeeded("g"));
        staying.awaitCompletion(SOON);
        await("no stream is open").atMost(SOON).until(() -> open.taken() == 0);
    }

    /** @param states number of states that the reader initially requests */
    private AssertSubscriber<Optional<Generation>> follow(long states) {
        return new GenerationStream(table, open, NEVER)
                .of("g", null)
                .subscribe()
                .withSubscriber(AssertSubscriber.create(states));
    }
}
