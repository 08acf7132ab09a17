// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a job may start: most jobs run together, but some run alone in the worker. Jobs start in the order in
 * which they arrive, so neither kind can hold up the other kind forever.
 */
final class JobGate {
    /** How often a waiting job checks whether it has ended. Nothing notifies it of cancellations or deadlines. */
    private static final long CHECK_MILLIS = 100;

    private final Deque<Object> waiting = new ArrayDeque<>();
    private int running;
    private boolean runningAlone;

    /** Permission to run, until it is closed. */
    final class Pass implements AutoCloseable {
        private boolean closed;

        private Pass() {}

        @Override
        public void close() {
            leave(this);
        }
    }

    /**
     * Waits until the job may start.
     *
     * @param alone whether no other job may run at the same time
     * @param ended whether the job must no longer wait
     * @return the pass, which the caller closes; null if the job ended while it was waiting
     */
    synchronized @Nullable Pass enter(boolean alone, BooleanSupplier ended) {
        Object turn = new Object();
        waiting.add(turn);
        try {
            while (waiting.peek() != turn || runningAlone || (alone && running > 0)) {
                if (ended.getAsBoolean()) {
                    return null;
                }
                wait(CHECK_MILLIS);
            }
            running++;
            runningAlone = alone;
            return new Pass();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for other jobs");
        } finally {
            waiting.remove(turn);
            notifyAll();
        }
    }

    private synchronized void leave(Pass pass) {
        if (!pass.closed) {
            pass.closed = true;
            running--;
            runningAlone = false;
            notifyAll();
        }
    }

    /** @return the number of waiting jobs */
    synchronized int waiting() {
        return waiting.size();
    }
}
