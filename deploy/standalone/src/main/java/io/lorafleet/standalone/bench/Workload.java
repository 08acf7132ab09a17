// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A run's requests and their schedule. The same seed always produces the same workload.
 *
 * @param requests the requests, in order
 * @param inFlight number of requests in flight in a closed loop; 0 if the requests have scheduled times
 */
public record Workload(List<TracedRequest> requests, int inFlight) {
    public Workload {
        requests = List.copyOf(requests);
        if (requests.isEmpty()) {
            throw new FleetException("the workload contains no requests");
        }
    }

    /** @param count number of requests; null for the default, or for all requests in a trace */
    public static Workload of(Arrivals arrivals, @Nullable Integer count, int byDefault, RequestMix mix, long seed) {
        if (count != null && count < 1) {
            throw new FleetException("--requests: expected at least 1, found " + count);
        }
        int requests = count == null ? byDefault : count;
        // Two random number generators, so that a different mix keeps the same schedule.
        Random mixRandom = new Random(~seed);
        return arrivals.match(
                timed -> new Workload(mix.sample(timed.offsets(requests, new Random(seed)), mixRandom), 0),
                replayed -> replay(replayed, count),
                closed -> new Workload(
                        mix.sample(Collections.nCopies(requests, Duration.ZERO), mixRandom), closed.inFlight()));
    }

    private static Workload replay(Arrivals.Replayed trace, @Nullable Integer count) {
        List<TracedRequest> all = TraceFile.read(trace.file());
        return new Workload(all.subList(0, Math.min(all.size(), count == null ? all.size() : count)), 0);
    }
}
