// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lorafleet.messages.Priority;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.Arrivals.Closed;
import io.lorafleet.standalone.bench.Arrivals.Poisson;
import io.lorafleet.standalone.bench.Arrivals.Replayed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadTest {
    private static final int MANY = 4000;

    @TempDir
    private Path folder;

    @Test
    void theSameSeedGivesTheSameRequests() {
        assertThat(poisson(mix(0.5, 0), 7)).isEqualTo(poisson(mix(0.5, 0), 7));
        assertThat(poisson(mix(0.5, 0), 7)).isNotEqualTo(poisson(mix(0.5, 0), 8));
    }

    @Test
    void sharesAreKept() {
        Workload workload = poisson(mix(0.25, 0.1), 0);

        assertThat(share(workload, request -> request.adapter() == null)).isCloseTo(0.25, within(0.03));
        assertThat(share(workload, request -> request.priority() == Priority.BATCH))
                .isCloseTo(0.1, within(0.02));
        assertThat(share(workload, request -> request.size().width() == 96)).isCloseTo(0.5, within(0.03));
    }

    @Test
    void anotherShareOfTeachersLeavesTheOtherRequestsAsTheyWere() {
        List<TracedRequest> without = poisson(mix(0, 0), 0).requests();
        List<TracedRequest> with = poisson(mix(0.5, 0), 0).requests();

        for (int i = 0; i < MANY; i++) {
            assertThat(with.get(i)).isIn(without.get(i), without.get(i).withAdapter(null));
        }
    }

    @Test
    void aTraceIsReplayedAsItIs() throws IOException {
        List<TracedRequest> sent = poisson(mix(0.5, 0.5), 3).requests().subList(0, 10);
        Path trace = folder.resolve("trace.jsonl");
        TraceFile.write(trace, sent);

        assertThat(Workload.of(new Replayed(trace), null, 100, mix(0, 0), 0).requests())
                .isEqualTo(sent);
        assertThat(Workload.of(new Replayed(trace), 4, 100, mix(0, 0), 0).requests())
                .isEqualTo(sent.subList(0, 4));
    }

    @Test
    void aClosedLoopHasNoTimes() {
        Workload workload = Workload.of(new Closed(8), null, 100, mix(0, 0), 0);

        assertThat(workload.inFlight()).isEqualTo(8);
        assertThat(workload.requests())
                .hasSize(100)
                .allMatch(request -> request.offset().isZero());
    }

    @Test
    void refusesASharePastTheWhole() {
        assertThatThrownBy(() -> mix(1.5, 0))
                .isInstanceOf(FleetException.class)
                .hasMessage("--teachers: expected a share from 0 to 1, found 1.5");
    }

    private static Workload poisson(RequestMix mix, long seed) {
        return Workload.of(new Poisson(10), MANY, 100, mix, seed);
    }

    private static RequestMix mix(double teachers, double batchShare) {
        return new RequestMix(
                List.of("a", "b", "c"),
                1,
                teachers,
                5,
                List.of(new Resolution(64, 64), new Resolution(96, 64)),
                List.of(10, 20),
                null,
                Prompts.ofTheDemoModel(),
                batchShare);
    }

    private static double share(Workload workload, Predicate<TracedRequest> which) {
        return (double) workload.requests().stream().filter(which).count() / MANY;
    }
}
