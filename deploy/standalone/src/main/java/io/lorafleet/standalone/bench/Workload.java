// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.Arrivals.Closed;
import io.lorafleet.standalone.bench.Arrivals.Replayed;
import io.lorafleet.standalone.bench.Arrivals.Timed;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a run and their schedule. The same seed gives the same workload.
 *
 * @param requests the requests, in order
 * @param inFlight number of requests in flight in a closed loop; 0 for a schedule
 */
public record Workload(List<TracedRequest> requests, int inFlight) {
    public Workload {
        requests = List.copyOf(requests);
        if (requests.isEmpty()) {
            throw new FleetException("expected requests, found none");
        }
    }

    /** @param count number of requests; for a trace, null means all */
    public static Workload of(Arrivals arrivals, @Nullable Integer count, int byDefault, RequestMix mix, long seed) {
        if (count != null && count < 1) {
            throw new FleetException("--requests: expected at least 1, found " + count);
        }
        if (arrivals instanceof Replayed replayed) {
            List<TracedRequest> all = TraceFile.read(replayed.file());
            return new Workload(all.subList(0, Math.min(all.size(), count == null ? all.size() : count)), 0);
        }
        int requests = count == null ? byDefault : count;
        // Two generators, so that a different mix keeps the same schedule.
        List<Duration> offsets = arrivals instanceof Timed timed
                ? timed.offsets(requests, new Random(seed))
                : Collections.nCopies(requests, Duration.ZERO);
        return new Workload(
                mix.sample(offsets, new Random(~seed)), arrivals instanceof Closed closed ? closed.inFlight() : 0);
    }
}
