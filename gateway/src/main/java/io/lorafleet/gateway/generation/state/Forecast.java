// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import io.lorafleet.gateway.model.Pool;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When the unfinished generations of a pool are expected to finish. The forecast simulates the pool's workers as one
 * large worker, which has all slots and selects its batches by the rules of the workers' batch scheduler: interactive
 * images first, the same share of time for each image size, one image of each generation before the other images, and
 * otherwise in order of arrival.
 *
 * <p>The forecast assumes that no generation arrives, and that the pool continues to work at its recent rate.
 */
public final class Forecast {
    /** Workers take interactive requests first, and otherwise the oldest. */
    private static final Comparator<Generation> QUEUE = Comparator.<Generation, Priority>comparing(
                    each -> request(each).priority())
            .thenComparing(each -> request(each).acceptedAt())
            .thenComparing(Generation::id);

    private static final Comparator<Generation> RUNNING = Comparator.comparing(
                    (Generation each) -> each.startedAt() == null ? Instant.EPOCH : each.startedAt())
            .thenComparing(Generation::id);

    /** Part of an image's cost below which a remaining cost is a rounding error. */
    private static final double ROUNDING = 1e-6;

    private final Pool pool;
    private final double costPerSecond;
    private double seconds;

    /**
     * The expected end of a generation.
     *
     * @param position position in the queue, starting at 1; null if a worker has started the generation
     * @param finishesIn estimated time until the generation finishes; null if the rate of the pool is unknown
     */
    public record Place(
            @Nullable Integer position, @Nullable Duration finishesIn) {}

    /** A generation in the simulation. */
    private static final class Load {
        private final Generation generation;
        private final double costPerImage;
        private double cost;
        /** Rows in the current batch. */
        private int rows;

        Load(Generation generation) {
            this.generation = generation;
            this.cost = generation.remainingCost();
            this.costPerImage = (double) request().cost() / request().count();
        }

        GenerateImage request() {
            return Forecast.request(generation);
        }

        int images() {
            return (int) Math.ceil(cost / costPerImage);
        }

        Size size() {
            return new Size(request().width(), request().height());
        }
    }

    private record Size(int width, int height) {
        long pixels() {
            return (long) width * height;
        }
    }

    private Forecast(Pool pool, double costPerSecond) {
        this.pool = pool;
        this.costPerSecond = costPerSecond;
    }

    /**
     * @param unfinished the pool's unfinished generations, whose requests are known
     * @param costPerSecond rate at which the pool completes work; null if it is unknown
     * @return the places by the generations' ids
     */
    static Map<String, Place> of(List<Generation> unfinished, Pool pool, @Nullable Double costPerSecond) {
        List<Generation> queue = inOrder(unfinished, Generation.Status.QUEUED, QUEUE);
        List<Generation> all = new ArrayList<>(inOrder(unfinished, Generation.Status.RUNNING, RUNNING));
        all.addAll(queue);
        Map<String, Duration> ends = costPerSecond == null || costPerSecond <= 0 || pool.readySlots() == 0
                ? Map.of()
                : new Forecast(pool, costPerSecond).ends(all);
        Map<String, Place> places = new HashMap<>();
        all.forEach(each -> places.put(each.id(), new Place(null, ends.get(each.id()))));
        for (int i = 0; i < queue.size(); i++) {
            String id = queue.get(i).id();
            places.put(id, new Place(i + 1, ends.get(id)));
        }
        return places;
    }

    private static List<Generation> inOrder(
            List<Generation> generations, Generation.Status status, Comparator<Generation> order) {
        return generations.stream()
                .filter(each -> each.status() == status)
                .sorted(order)
                .toList();
    }

    private static GenerateImage request(Generation generation) {
        return Objects.requireNonNull(generation.request(), "the request is unknown");
    }

    private Map<String, Duration> ends(List<Generation> inOrder) {
        Iterator<Generation> waiting = inOrder.iterator();
        List<Load> held = new ArrayList<>();
        Map<String, Duration> ends = new HashMap<>();
        while (true) {
            while (held.size() < pool.readySlots() && waiting.hasNext()) {
                held.add(new Load(waiting.next()));
            }
            if (held.isEmpty()) {
                return ends;
            }
            Map<Load, Double> rates = rates(held);
            double step = rates.entrySet().stream()
                    .mapToDouble(each -> each.getKey().cost / each.getValue())
                    .min()
                    .orElseThrow();
            seconds += step;
            rates.forEach((load, rate) -> load.cost -= step * rate);
            Duration now = Duration.ofMillis(Math.round(seconds * 1000));
            held.removeIf(load -> {
                boolean done = load.cost <= ROUNDING * load.costPerImage;
                if (done) {
                    ends.put(load.generation.id(), now);
                }
                return done;
            });
        }
    }

    /** @return the rate of each generation that has rows in the current batches */
    private Map<Load, Double> rates(List<Load> held) {
        boolean anyInteractive = held.stream().anyMatch(each -> each.request().priority() == Priority.INTERACTIVE);
        Map<Size, List<Load>> bySize = new LinkedHashMap<>();
        held.stream()
                .filter(each -> !anyInteractive || each.request().priority() == Priority.INTERACTIVE)
                .forEach(each -> bySize.computeIfAbsent(each.size(), size -> new ArrayList<>())
                        .add(each));
        Map<Load, Double> rates = new LinkedHashMap<>();
        bySize.forEach((size, loads) -> {
            double all = fill(size, loads);
            loads.stream()
                    .filter(each -> each.rows > 0)
                    .forEach(each -> rates.put(each, costPerSecond / bySize.size() * each.rows / all));
        });
        return rates;
    }

    /** Distributes the rows of a batch. @return the number of rows in the batch */
    private int fill(Size size, List<Load> loads) {
        long unit = (long) pool.base().defaultSize() * pool.base().defaultSize();
        long limit = Math.max(1, pool.batchRows() * unit / size.pixels());
        int all = 0;
        for (Load each : loads) {
            each.rows = 0;
            if (all == 0 || all + each.request().rows() <= limit) {
                each.rows = each.request().rows();
                all += each.rows;
            }
        }
        for (Load each : loads) {
            int rows = each.request().rows();
            while (each.rows > 0 && each.rows < each.images() * rows && all + rows <= limit) {
                each.rows += rows;
                all += rows;
            }
        }
        return all;
    }
}
