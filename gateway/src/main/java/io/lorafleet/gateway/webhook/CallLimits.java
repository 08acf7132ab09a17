// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.webhook;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Lets so many calls be under way at once, in all and to each host. The others wait, and hold no thread. They begin in the
 * order in which they came, but none waits for one whose host alone is busy.
 */
final class CallLimits {
    private final Vertx vertx;
    private final int most;
    private final int mostPerHost;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    /** By host; none of them 0. */
    private final Map<String, Integer> underWay = new HashMap<>();

    private int allUnderWay;

    /** @param turn completes when the call may begin; fails when it has waited for too long */
    private record Waiting(String host, Promise<Void> turn) {}

    CallLimits(Vertx vertx, int most, int mostPerHost) {
        this.vertx = vertx;
        this.most = most;
        this.mostPerHost = mostPerHost;
    }

    /**
     * @param patience how long the call may wait until it begins
     * @return what the call ends with; an {@link IOException} if it had to wait for longer
     */
    <T> Future<T> call(String host, Duration patience, Supplier<Future<T>> call) {
        Promise<Void> turn = Promise.promise();
        long timer = vertx.setTimer(
                Math.max(1, patience.toMillis()),
                late -> turn.tryFail(new IOException("expected to be called, found too many others before it")));
        synchronized (this) {
            waiting.add(new Waiting(host, turn));
        }
        begin();
        return turn.future()
                .onComplete(any -> vertx.cancelTimer(timer))
                .compose(begun -> Future.succeededFuture()
                        .compose(now -> call.get()) // in here, so that whatever it throws is a failure, too
                        .onComplete(any -> end(host)));
    }

    private void begin() {
        for (Waiting next : next()) {
            if (!next.turn().tryComplete()) { // it has given up
                end(next.host());
            }
        }
    }

    private synchronized List<Waiting> next() {
        List<Waiting> next = new ArrayList<>();
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext() && allUnderWay < most; ) {
            Waiting one = each.next();
            if (underWay.getOrDefault(one.host(), 0) < mostPerHost) {
                each.remove();
                allUnderWay++;
                underWay.merge(one.host(), 1, Integer::sum);
                next.add(one);
            }
        }
        return next;
    }

    private void end(String host) {
        synchronized (this) {
            allUnderWay--;
            underWay.computeIfPresent(host, (key, calls) -> calls == 1 ? null : calls - 1);
        }
        begin();
    }
}
