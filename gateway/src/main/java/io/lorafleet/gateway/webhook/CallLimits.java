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
 * Limits the number of concurrent calls, in total and per host. Further calls wait without occupying a thread. Waiting
 * calls start in order of arrival, except that calls to a busy host do not delay calls to other hosts.
 */
final class CallLimits {
    private final Vertx vertx;
    private final int most;
    private final int mostPerHost;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    /** Number of calls in progress to each host; hosts without such calls have no entry. */
    private final Map<String, Integer> underWay = new HashMap<>();

    private int allUnderWay;

    /** @param turn promise that completes when the call can start, and fails when the call has waited too long */
    private record Waiting(String host, Promise<Void> turn) {}

    CallLimits(Vertx vertx, int most, int mostPerHost) {
        this.vertx = vertx;
        this.most = most;
        this.mostPerHost = mostPerHost;
    }

    /**
     * @param timeout how long the call may wait to start
     * @return the outcome of the call; a failure with an {@link IOException} if the call waited too long
     */
    <T> Future<T> call(String host, Duration timeout, Supplier<Future<T>> call) {
        Promise<Void> turn = Promise.promise();
        long timer = vertx.setTimer(
                Math.max(1, timeout.toMillis()),
                late -> turn.tryFail(new IOException("the call waited too long for other calls to finish")));
        synchronized (this) {
            waiting.add(new Waiting(host, turn));
        }
        begin();
        return turn.future()
                .onComplete(any -> vertx.cancelTimer(timer))
                .compose(begun -> Future.succeededFuture()
                        .compose(now -> call.get()) // here, so that exceptions become failures
                        .onComplete(any -> end(host)));
    }

    private void begin() {
        for (Waiting next : next()) {
            if (!next.turn().tryComplete()) { // the call has waited too long
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
