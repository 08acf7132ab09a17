// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.trainer.run.TrainingRun;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Runs one session after another. After an error, the next session reloads all of its state. */
final class TrainerLoop implements Runnable, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TrainerLoop.class);
    /**
     * Time limit for stopping each of the two threads. A round of training may take longer; in that case, the run later
     * resumes from the checkpoint of the previous round.
     */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private static final String POLLING = "feedback";

    private final Supplier<KafkaClients> clients;
    private final TrainerSettings settings;
    private final TrainingRun training;
    private final TrainerMetrics metrics;
    private final Clock clock;
    /** A single thread, so that only one run at a time uses the device, even across sessions. */
    private final ExecutorService trainingThread = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, CurrentRun.THREAD);
        thread.setDaemon(true);
        return thread;
    });

    private final Thread polling = new Thread(this, POLLING);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Watchdog watchdog;
    private volatile boolean following;
    private volatile Map<String, String> failures = Map.of();

    TrainerLoop(
            Supplier<KafkaClients> clients,
            TrainerSettings settings,
            TrainingRun training,
            TrainerMetrics metrics,
            Clock clock) {
        this.clients = clients;
        this.settings = settings;
        this.training = training;
        this.metrics = metrics;
        this.clock = clock;
        this.watchdog = new Watchdog(settings.hangTimeout());
    }

    void start() {
        polling.start();
    }

    /** @return whether this trainer is a member of the consumer group */
    boolean isFollowing() {
        return following && polling.isAlive();
    }

    /** @return name of a thread that has ended or is hung, so that the process must be restarted; empty if there is none */
    Optional<String> failedThread() {
        boolean hasEnded = polling.getState() == Thread.State.TERMINATED && !isStopping();
        return hasEnded ? Optional.of(POLLING) : watchdog.hung();
    }

    /** @return the adapters whose latest run failed and will be retried, and the reasons */
    Map<String, String> failures() {
        return failures;
    }

    @Override
    public void run() {
        Backoff backoff = new Backoff(settings.maxRetryPause());
        while (!isStopping()) {
            watchdog.progressed(POLLING);
            try (KafkaClients connected = clients.get();
                    TrainerSession session = new TrainerSession(
                            connected, settings, training, trainingThread, watchdog, metrics, clock)) {
                session.join();
                while (!isStopping()) {
                    session.poll();
                    watchdog.progressed(POLLING);
                    following = session.isMember();
                    failures = session.failures();
                    backoff.reset();
                }
            } catch (RuntimeException e) {
                following = false;
                Duration delay = backoff.next();
                LOG.warnf(e, "The session failed; the next session starts in %d s", delay.toSeconds());
                sleep(delay);
            }
        }
        following = false;
        watchdog.idle(POLLING);
    }

    private void sleep(Duration delay) {
        try {
            stopping.await(delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Cancels the run. After the next start, it resumes from its latest checkpoint. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            polling.join(STOP_TIMEOUT.toMillis());
            trainingThread.shutdown();
            if (!trainingThread.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warnf("The run did not stop within %d s", STOP_TIMEOUT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
