// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.trainer.publish.Publisher;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Has sessions one after the other: when one fails, the next begins with what can be read. */
final class TrainerLoop implements Runnable, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TrainerLoop.class);
    /** For each of the two threads. A round's images may take longer, but the checkpoint before it is kept. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final Supplier<KafkaClients> clients;
    private final TrainerSettings settings;
    private final Publisher publisher;
    private final TrainerMetrics metrics;
    private final Clock clock;
    /** One, so that no two runs meet on the device, not even those of two sessions. */
    private final ExecutorService trainingThread = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "training");
        thread.setDaemon(true);
        return thread;
    });

    private final Thread polling = new Thread(this, "feedback");
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean following;

    TrainerLoop(
            Supplier<KafkaClients> clients,
            TrainerSettings settings,
            Publisher publisher,
            TrainerMetrics metrics,
            Clock clock) {
        this.clients = clients;
        this.settings = settings;
        this.publisher = publisher;
        this.metrics = metrics;
        this.clock = clock;
    }

    void start() {
        polling.start();
    }

    /** @return whether feedback is followed at the moment */
    boolean isFollowing() {
        return following && polling.isAlive();
    }

    @Override
    public void run() {
        Backoff backoff = new Backoff(settings.maxRetryPause());
        while (!isStopping()) {
            try (KafkaClients connected = clients.get();
                    TrainerSession session =
                            new TrainerSession(connected, settings, publisher, trainingThread, metrics, clock)) {
                session.begin();
                while (!isStopping()) {
                    session.turn();
                    following = session.isMember();
                    backoff.reset();
                }
            } catch (RuntimeException e) {
                following = false;
                Duration pause = backoff.next();
                LOG.warnf(e, "feedback cannot be followed; tried again in %d s", pause.toSeconds());
                pause(pause);
            }
        }
        following = false;
    }

    private void pause(Duration pause) {
        try {
            stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Breaks the run off; its trainer goes on from the latest checkpoint when it is started again. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            polling.join(STOP_LIMIT.toMillis());
            trainingThread.shutdown();
            if (!trainingThread.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a run did not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
