// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A service as a child process. The process is restarted if it exits unexpectedly or hangs, but its first start must
 * succeed.
 */
final class ServiceProcess implements AutoCloseable {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    /** Long enough to read a large model's weights from a slow disk. */
    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration HANG_CHECK_INTERVAL = Duration.ofSeconds(2);
    private static final int DOWN = 503;
    /** Number of consecutive checks that must report a hang before the service is killed. */
    private static final int MAX_HANGS = 3;

    private static final int TAIL_LINES = 15;
    /**
     * How long PyTorch's threads spin before they sleep. The workers, the trainer and the broker share the processors
     * here, and a thread that spins too long prevents the thread that it is waiting for from running.
     */
    private static final String SPIN_COUNT = "GOMP_SPINCOUNT";

    private static final String SHORT_SPIN = "1000";

    private final ServiceSpec spec;
    private final Duration stopTimeout;
    private final Consumer<String> notices;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Process process;

    private ServiceProcess(ServiceSpec spec, Duration stopTimeout, Consumer<String> notices) {
        this.spec = spec;
        this.stopTimeout = stopTimeout;
        this.notices = notices;
    }

    /**
     * Starts a service and returns immediately.
     *
     * @param stopTimeout time between asking the process to stop and killing it
     * @param notices receives messages for the user
     */
    static ServiceProcess start(ServiceSpec spec, Duration stopTimeout, Consumer<String> notices) throws IOException {
        ServiceProcess service = new ServiceProcess(spec, stopTimeout, notices);
        Files.deleteIfExists(spec.log());
        service.launch();
        Thread keeper = new Thread(service::keepRunning, spec.name() + "-keeper");
        keeper.setDaemon(true);
        keeper.start();
        return service;
    }

    /** @return completes when the service is ready; fails with a {@link FleetException} if the process exits first */
    CompletableFuture<Void> ready() {
        return ready;
    }

    String name() {
        return spec.name();
    }

    /** @return the URL of the service's metrics */
    URI metrics() {
        return spec.readiness().resolve("/q/metrics");
    }

    /** @return the current process; the last process if none is running */
    synchronized Process process() {
        return Objects.requireNonNull(process, "start() has not been called");
    }

    private void keepRunning() {
        try {
            awaitReady();
            ready.complete(null);
        } catch (RuntimeException | InterruptedException e) {
            ready.completeExceptionally(e);
            return;
        }
        try {
            restartOnExit();
        } catch (CancellationException | InterruptedException e) {
            return; // stopped
        }
    }

    private void restartOnExit() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            Instant started = Instant.now();
            int exit = awaitExit();
            if (isStopping()) {
                return;
            }
            boolean ranWell = started.plus(LONGEST_PAUSE).isBefore(Instant.now());
            pause = ranWell ? FIRST_PAUSE : min(pause.multipliedBy(2), LONGEST_PAUSE);
            notices.accept(
                    spec.name() + " exited unexpectedly (exit code " + exit + "); restarting it. Log: " + spec.log());
            if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            try {
                launch();
                awaitReady();
                notices.accept(spec.name() + " has restarted");
            } catch (FleetException | IOException e) {
                notices.accept(e.getMessage());
                process().destroyForcibly();
            }
        }
    }

    /** Waits until the process exits. Kills a worker that reports that its engine has hung. */
    private int awaitExit() throws InterruptedException {
        Process current = process();
        int hangs = 0;
        while (!current.waitFor(HANG_CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
            hangs = status(spec.readiness().resolve("/q/health/group/watchdog")) == DOWN ? hangs + 1 : 0;
            if (hangs == MAX_HANGS) {
                notices.accept(spec.name() + " has hung; killing it");
                current.destroyForcibly();
            }
        }
        return current.exitValue();
    }

    private synchronized void launch() throws IOException {
        if (isStopping()) {
            throw new CancellationException();
        }
        ProcessBuilder builder = new ProcessBuilder(spec.command())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
        builder.environment().clear();
        builder.environment().putAll(spec.environment());
        builder.environment().putIfAbsent(SPIN_COUNT, SHORT_SPIN);
        process = builder.start();
    }

    private void awaitReady() throws InterruptedException {
        Instant limit = Instant.now().plus(START_TIMEOUT);
        while (!isReady()) {
            if (process().waitFor(100, TimeUnit.MILLISECONDS)) {
                if (isStopping()) {
                    throw new CancellationException();
                }
                throw new FleetException(spec.name() + " exited during startup (exit code "
                        + process().exitValue() + ")" + tailOfLog());
            }
            if (Instant.now().isAfter(limit)) {
                throw new FleetException(
                        spec.name() + " was not ready within " + START_TIMEOUT.toMinutes() + " minutes" + tailOfLog());
            }
        }
    }

    private boolean isReady() throws InterruptedException {
        return status(spec.readiness()) == 200;
    }

    /** @return the HTTP status; 0 if the service does not respond */
    private static int status(URI url) throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(5)).build();
        try {
            return HTTP.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private String tailOfLog() {
        try {
            // Files.readAllLines could fail, because the log may end in the middle of a character.
            List<String> lines = new String(Files.readAllBytes(spec.log()), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
            return ". Last lines of " + spec.log() + ":\n  " + String.join("\n  ", tail);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Asks the process to stop, without waiting for it to exit. */
    synchronized void requestStop() {
        stopping.countDown();
        process().destroy();
    }

    /** Stops the process. It is killed if it does not exit before the timeout. */
    @Override
    public void close() {
        requestStop();
        try {
            if (!process().waitFor(stopTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
                notices.accept(spec.name() + " did not stop in time; killing it");
                process().destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process().destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
