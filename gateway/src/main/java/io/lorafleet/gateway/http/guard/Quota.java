// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A limited resource, with a total limit and a per-caller limit. */
public final class Quota {
    private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(5);

    private final String what;
    private final long most;
    private final long mostPerCaller;
    /** Amount that each owner holds; owners who hold nothing have no entry. */
    private final Map<String, Long> byOwner = new HashMap<>();

    private long taken;

    /** @param what name of the resource, for problems */
    public Quota(String what, long most, long mostPerCaller) {
        this.what = what;
        this.most = most;
        this.mostPerCaller = mostPerCaller;
    }

    /**
     * Takes an amount from the quota, to be returned with {@link #giveBack}.
     *
     * @param owner the caller; null in open mode, in which only the total limit applies
     * @throws ProblemException if a limit would be exceeded
     */
    public synchronized void take(@Nullable String owner, long amount) {
        requireRoom(owner, amount);
        add(owner, amount);
    }

    /** @throws ProblemException if a limit would be exceeded */
    public synchronized void requireRoom(@Nullable String owner, long amount) {
        if (owner != null && byOwner.getOrDefault(owner, 0L) + amount > mostPerCaller) {
            throw exceeded(ProblemType.OVERLOADED, mostPerCaller + " " + what + " per caller");
        }
        if (taken + amount > most) {
            throw exceeded(ProblemType.BUSY, most + " " + what);
        }
    }

    public synchronized void giveBack(@Nullable String owner, long amount) {
        add(owner, -amount);
    }

    public synchronized long taken() {
        return taken;
    }

    private void add(@Nullable String owner, long amount) {
        taken += amount;
        if (owner != null) {
            byOwner.merge(owner, amount, (all, more) -> all + more == 0 ? null : all + more);
        }
    }

    private static ProblemException exceeded(ProblemType type, String most) {
        return new ProblemException(
                Problem.of(type, "at most " + most + " are allowed at the same time; try again"), TRY_AGAIN_AFTER);
    }
}
