// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.load;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Threads that run until they are told to stop. */
public final class Tasks {
    /** A task for one thread. */
    public interface Task {
        void run() throws InterruptedException;
    }

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private volatile @Nullable RuntimeException failure;

    public void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                failure = e;
            }
        });
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Returns when all threads have ended. If a thread threw an exception, rethrows it. */
    public void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
    }
}
