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

/** A child process that is started, watched, and started again when it dies. Its first start must succeed. */
final class ServiceProcess implements AutoCloseable {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    /** Long enough for the weights of a large model to be read from a slow disk. */
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int TAIL_LINES = 15;
    /**
     * How often PyTorch's threads look for each other before they sleep. Worker, trainer and broker share the processors
     * here, and a thread that looks for long keeps the one that it waits for from running.
     */
    private static final String WAITING = "GOMP_SPINCOUNT";

    private static final String SHORTLY = "1000";

    private final ServiceSpec spec;
    private final Duration stopLimit;
    private final Consumer<String> say;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Process process;

    private ServiceProcess(ServiceSpec spec, Duration stopLimit, Consumer<String> say) {
        this.spec = spec;
        this.stopLimit = stopLimit;
        this.say = say;
    }

    /**
     * Starts a service and returns at once.
     *
     * @param stopLimit from the polite request to stop until the process is killed
     * @param say takes what the user should know
     */
    static ServiceProcess start(ServiceSpec spec, Duration stopLimit, Consumer<String> say) throws IOException {
        ServiceProcess service = new ServiceProcess(spec, stopLimit, say);
        Files.deleteIfExists(spec.log());
        service.spec();
        Thread keeper = new Thread(service::keepRunning, spec.name() + "-keeper");
        keeper.setDaemon(true);
        keeper.start();
        return service;
    }

    /** @return done when the service is ready for the first time; fails with a {@link FleetException} if it dies before */
    CompletableFuture<Void> ready() {
        return ready;
    }

    String name() {
        return spec.name();
    }

    /** @return where it tells its metrics */
    URI metrics() {
        return spec.readiness().resolve("/q/metrics");
    }

    /** @return the process that runs now, or ran last */
    synchronized Process process() {
        return Objects.requireNonNull(process, "whoever has a service has launched it");
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
            restartWheneverItDies();
        } catch (CancellationException | InterruptedException e) {
            return; // stopped
        }
    }

    private void restartWheneverItDies() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            Instant started = Instant.now();
            int exit = process().waitFor();
            if (isStopping()) {
                return;
            }
            boolean ranWell = started.plus(LONGEST_PAUSE).isBefore(Instant.now());
            pause = ranWell ? FIRST_PAUSE : min(pause.multipliedBy(2), LONGEST_PAUSE);
            say.accept(spec.name() + " ended by itself (exit code " + exit + "), starting it again; its log is "
                    + spec.log());
            if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            try {
                spec();
                awaitReady();
                say.accept(spec.name() + " is back");
            } catch (FleetException | IOException e) {
                say.accept(e.getMessage());
                process().destroyForcibly();
            }
        }
    }

    private synchronized void spec() throws IOException {
        if (isStopping()) {
            throw new CancellationException();
        }
        ProcessBuilder builder = new ProcessBuilder(spec.command())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
        builder.environment().clear();
        builder.environment().putAll(spec.environment());
        builder.environment().putIfAbsent(WAITING, SHORTLY);
        process = builder.start();
    }

    private void awaitReady() throws InterruptedException {
        Instant limit = Instant.now().plus(START_LIMIT);
        while (!answersReady()) {
            if (process().waitFor(100, TimeUnit.MILLISECONDS)) {
                if (isStopping()) {
                    throw new CancellationException();
                }
                throw new FleetException(spec.name() + " ended while starting (exit code "
                        + process().exitValue() + ")" + tailOfLog());
            }
            if (Instant.now().isAfter(limit)) {
                throw new FleetException(
                        spec.name() + " was not ready after " + START_LIMIT.toMinutes() + " minutes" + tailOfLog());
            }
        }
    }

    private boolean answersReady() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(spec.readiness())
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private String tailOfLog() {
        try {
            // Not readAllLines: a process that died may have left half a character.
            List<String> lines = new String(Files.readAllBytes(spec.log()), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
            return ". The end of " + spec.log() + ":\n  " + String.join("\n  ", tail);
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

    /** Asks the process to stop, and does not wait for it. */
    synchronized void requestStop() {
        stopping.countDown();
        process().destroy();
    }

    /** Returns when the process has ended: by itself, or killed after the limit. */
    @Override
    public void close() {
        requestStop();
        try {
            if (!process().waitFor(stopLimit.toMillis(), TimeUnit.MILLISECONDS)) {
                say.accept(spec.name() + " did not stop in time, killing it");
                process().destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process().destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
