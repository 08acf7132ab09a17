// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.chaos.record.Recorder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A process of the fleet, which a run can start, pause and kill at any time. Nothing else restarts it. */
public final class ChildProcess implements AutoCloseable {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration STOP = Duration.ofMinutes(3);

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private final @Nullable URI health;
    private final IntConsumer onExit;
    private @Nullable Process process;

    /**
     * @param environment variables in addition to those of this process
     * @param health base URL for health checks and metrics; null if the process has none
     * @param onExit receives the exit code each time the process exits
     */
    public ChildProcess(
            String name,
            List<String> command,
            Map<String, String> environment,
            Path log,
            @Nullable URI health,
            IntConsumer onExit) {
        this.name = name;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.log = log;
        this.health = health;
        this.onExit = onExit;
    }

    public String name() {
        return name;
    }

    public synchronized void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putIfAbsent("GOMP_SPINCOUNT", "1000"); // the processes share the processors
        builder.environment().putAll(environment);
        Process started = builder.start();
        process = started;
        Thread watcher = new Thread(() -> onExit.accept(started.onExit().join().exitValue()), name + "-exit");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** @throws FleetException if the process exits, or is not ready in time */
    public void awaitReady() throws InterruptedException {
        Recorder.await(name + " to be ready. Log: " + log, START, () -> {
            if (!current().isAlive()) {
                throw new FleetException(
                        name + " exited during startup (exit code " + current().exitValue() + "). Log: " + log);
            }
            return isReady() ? Optional.of(true) : Optional.empty();
        });
    }

    public boolean isReady() {
        return answer("/q/health/ready").startsWith("200");
    }

    /** @return status and body of the response to a GET; empty if the process does not respond */
    public String answer(String path) {
        HttpRequest request = HttpRequest.newBuilder(Objects.requireNonNull(health, "the process has no health checks")
                        .resolve(path))
                .timeout(Duration.ofSeconds(3))
                .build();
        try {
            var response = HTTP.send(request, BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private synchronized Process current() {
        return Objects.requireNonNull(process, "the process has not been started");
    }

    public boolean isAlive() {
        return current().isAlive();
    }

    /** Kills the process, so that it cannot clean up. */
    public void kill() throws InterruptedException {
        current().destroyForcibly().waitFor();
    }

    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Runs a garbage collection in the Java virtual machine of the process. */
    public void collectGarbage() throws IOException, InterruptedException {
        run(JavaCommand.tool("jcmd"), pid(), "GC.run");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        run("kill", "-" + signal, pid());
    }

    private String pid() {
        return Long.toString(current().pid());
    }

    private void run(String... tool) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(tool)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException(String.join(" ", tool) + " (" + name + "): exit code " + exit);
        }
    }

    /** Asks the process to end, and waits. @return the exit code */
    public int terminate() throws InterruptedException {
        current().destroy();
        if (!current().waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new FleetException(name + " did not exit within " + STOP.toSeconds() + " s of SIGTERM");
        }
        return current().exitValue();
    }

    /** Ends the process at the end of the run. */
    @Override
    public synchronized void close() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
