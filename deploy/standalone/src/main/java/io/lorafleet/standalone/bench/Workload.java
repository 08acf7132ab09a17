// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.bench.Arrivals.Closed;
import io.lorafleet.standalone.bench.Arrivals.Replayed;
import io.lorafleet.standalone.bench.Arrivals.Timed;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What is asked, and when. The same seed gives the same workload.
 *
 * @param requests in the order in which they go
 * @param inFlight how many are always under way; 0 if each has its time, whatever became of the others
 */
public record Workload(List<TracedRequest> requests, int inFlight) {
    public Workload {
        requests = List.copyOf(requests);
        if (requests.isEmpty()) {
            throw new BenchException("expected requests, found none");
        }
    }

    /** @param count requests; of a trace, the first so many, or all if it is null */
    public static Workload of(Arrivals arrivals, @Nullable Integer count, int byDefault, RequestMix mix, long seed) {
        if (count != null && count < 1) {
            throw new BenchException("--requests: expected at least 1, found " + count);
        }
        if (arrivals instanceof Replayed replayed) {
            List<TracedRequest> all = TraceFile.read(replayed.file());
            return new Workload(all.subList(0, Math.min(all.size(), count == null ? all.size() : count)), 0);
        }
        int requests = count == null ? byDefault : count;
        // Two streams, so that another mix comes at the same times.
        List<Duration> offsets = arrivals instanceof Timed timed
                ? timed.offsets(requests, new Random(seed))
                : Collections.nCopies(requests, Duration.ZERO);
        return new Workload(
                mix.draw(offsets, new Random(~seed)), arrivals instanceof Closed closed ? closed.inFlight() : 0);
    }
}
