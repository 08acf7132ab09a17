// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Publishes new adapter versions during a run, spaced evenly across the requests, so that some requests are sent after
 * the last version is published. Uploads run on a separate thread, so they do not delay requests.
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

    /** Publishes one version. */
    public interface Publisher {
        /** @param number index of the version, counted over all adapters, starting at 0 */
        void publish(int number) throws IOException, InterruptedException;
    }

    /**
     * @param versions number of versions to publish
     * @param requests number of requests in the run
     */
    public Publishing(int versions, int requests, Publisher publisher) {
        this.versions = versions;
        this.requests = requests;
        this.publisher = publisher;
    }

    /** @param count number of requests sent so far */
    public void sent(int count) {
        while (publications.size() < versions && count * (versions + 1L) >= requests * (publications.size() + 1L)) {
            int number = publications.size();
            publications.add(thread.submit(() -> {
                publisher.publish(number);
                return null;
            }));
        }
    }

    /**
     * Waits until all versions are published.
     *
     * @return the number of versions
     */
    public int published() throws InterruptedException {
        for (Future<?> publication : publications) {
            try {
                publication.get();
            } catch (ExecutionException e) {
                throw new FleetException("cannot publish a new version: " + e.getCause());
            }
        }
        return publications.size();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
