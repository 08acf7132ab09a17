package io.lorafleet.standalone.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * What workers have counted so far, over all of them.
 *
 * @param batches UNet forwards
 * @param rows of all those batches together
 * @param mostRows of one batch lately
 */
public record WorkerMetrics(double batches, double rows, double mostRows) {
    private static final String BATCH_ROWS = "lorafleet_batch_rows";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern WHITE = Pattern.compile("\\s+");

    /** Rows of a batch between two readings. */
    public record Occupancy(double mean, double most) {}

    /** @param pages where each worker tells its metrics @return null if one tells none of its batches */
    public static WorkerMetrics read(List<URI> pages) throws InterruptedException {
        HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
        WorkerMetrics all = new WorkerMetrics(0, 0, 0);
        for (URI page : pages) {
            WorkerMetrics one = parse(text(http, page));
            if (one == null) {
                return null;
            }
            all = new WorkerMetrics(
                    all.batches + one.batches, all.rows + one.rows, Math.max(all.mostRows, one.mostRows));
        }
        return pages.isEmpty() ? null : all;
    }

    private static String text(HttpClient http, URI page) throws InterruptedException {
        try {
            HttpRequest get = HttpRequest.newBuilder(page).timeout(TIMEOUT).build();
            return http.send(get, BodyHandlers.ofString()).body();
        } catch (IOException | IllegalArgumentException e) {
            throw new BenchException("expected a worker's metrics at " + page + ", found " + e);
        }
    }

    /** @param text in Prometheus' format @return null if it does not tell of batches */
    static WorkerMetrics parse(String text) {
        OptionalDouble batches = values(text, BATCH_ROWS + "_count").reduce(Double::sum);
        OptionalDouble rows = values(text, BATCH_ROWS + "_sum").reduce(Double::sum);
        return batches.isEmpty() || rows.isEmpty()
                ? null
                : new WorkerMetrics(
                        batches.getAsDouble(),
                        rows.getAsDouble(),
                        values(text, BATCH_ROWS + "_max").max().orElse(0));
    }

    /** @return the values of a metric, over all its labels */
    private static DoubleStream values(String text, String metric) {
        return text.lines()
                .filter(line -> line.startsWith(metric + " ") || line.startsWith(metric + "{"))
                // A label may hold a space, but no value a brace.
                .map(line ->
                        WHITE.split(line.substring(line.lastIndexOf('}') + 1).strip()))
                .mapToDouble(parts -> Double.parseDouble(parts[parts[0].equals(metric) ? 1 : 0]));
    }

    /** @return null if there was no batch between */
    public Occupancy since(WorkerMetrics before) {
        double made = batches - before.batches;
        return made <= 0 ? null : new Occupancy((rows - before.rows) / made, mostRows);
    }
}
