// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Publishes new versions of adapters while requests go, evenly over them, and so that some come behind the last version
 * too. On a thread of its own: requests go at their times, however long an upload takes.
 */
public final class Publishing implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread publisher = new Thread(task, "publishing");
        publisher.setDaemon(true);
        return publisher;
    });
    private final List<Future<?>> publications = new ArrayList<>();
    private final int versions;
    private final int requests;
    private final Publisher publisher;

    /** Puts a new version where the fleet finds it. */
    public interface Publisher {
        /** @param number from 0, over all adapters */
        void publish(int number) throws IOException, InterruptedException;
    }

    /** @param versions that are published while so many requests go */
    public Publishing(int versions, int requests, Publisher publisher) {
        this.versions = versions;
        this.requests = requests;
        this.publisher = publisher;
    }

    /** @param count of the requests, so far */
    public void sent(int count) {
        while (publications.size() < versions && count * (versions + 1L) >= requests * (publications.size() + 1L)) {
            int number = publications.size();
            publications.add(thread.submit(() -> {
                publisher.publish(number);
                return null;
            }));
        }
    }

    /** Waits for the last of them. @return how many were published */
    public int published() throws InterruptedException {
        for (Future<?> publication : publications) {
            try {
                publication.get();
            } catch (ExecutionException e) {
                throw new BenchException("while a new version was published: " + e.getCause());
            }
        }
        return publications.size();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
