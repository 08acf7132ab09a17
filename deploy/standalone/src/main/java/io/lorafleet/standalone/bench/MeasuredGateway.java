// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A gateway in its own process, whose startup is measured. */
final class MeasuredGateway implements AutoCloseable {
    private static final Duration SAMPLING = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI url;
    private final Process process;
    private final long started = System.nanoTime();
    private double peakHeap;

    /**
     * A measured start.
     *
     * @param seconds time from the start of the process until the gateway was ready
     * @param peakHeapMib largest heap size, garbage included
     * @param queued number of generations that the gateway reports as queued
     */
    record Start(double seconds, double peakHeapMib, long queued) {}

    private MeasuredGateway(URI url, Process process) {
        this.url = url;
        this.process = process;
    }

    /** @param jar the gateway's {@code quarkus-run.jar} @param heap maximum heap size, such as {@code 2g} */
    static MeasuredGateway launch(Path jar, String heap, String broker, Path blobs, Path log) throws IOException {
        int port = Ports.free();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-Dkafka.bootstrap.servers=" + broker,
                        "-Dlorafleet.storage.directory=" + blobs,
                        "-Dquarkus.http.port=" + port,
                        "-Dquarkus.http.host=127.0.0.1",
                        "-jar",
                        jar.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new MeasuredGateway(URI.create("http://127.0.0.1:" + port), process);
    }

    Start awaitReady() throws InterruptedException, IOException {
        while (status("/q/health/ready") != 200) {
            if (process.waitFor(SAMPLING.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new FleetException("the gateway exited with code " + process.exitValue());
            }
            if (System.nanoTime() - started > LIMIT.toNanos()) {
                throw new FleetException("the gateway was not ready within " + LIMIT.toMinutes() + " minutes");
            }
            sampleHeap();
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        sampleHeap();
        long queued = new ObjectMapper()
                .readTree(get("/v1/fleet").body())
                .path("queued")
                .asLong(-1);
        return new Start(seconds, peakHeap / (1 << 20), queued);
    }

    private void sampleHeap() throws InterruptedException {
        try {
            double heap = get("/q/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
            peakHeap = Math.max(peakHeap, heap);
        } catch (IOException e) {
            return; // the gateway does not listen yet
        }
    }

    private int status(String path) throws InterruptedException {
        try {
            return get(path).statusCode();
        } catch (IOException e) {
            return 0; // the gateway does not listen yet
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url.resolve(path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
