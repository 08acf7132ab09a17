// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.engine.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A schedule of requests. */
public sealed interface Arrivals {
    /** Applies the function for this kind of schedule. Callers must handle every kind. */
    <R> R match(Function<Timed, R> timed, Function<Replayed, R> replayed, Function<Closed, R> closed);

    /** A schedule that does not depend on the server: if the server is slow, requests queue up. */
    sealed interface Timed extends Arrivals {
        /** @return each request's offset from the start, in order */
        List<Duration> offsets(int requests, RandomGenerator random);

        @Override
        default <R> R match(Function<Timed, R> timed, Function<Replayed, R> replayed, Function<Closed, R> closed) {
            return timed.apply(this);
        }
    }

    /**
     * A Poisson process: the time between two requests is exponentially distributed.
     *
     * @param rate requests per second
     */
    record Poisson(double rate) implements Timed {
        @Override
        public List<Duration> offsets(int requests, RandomGenerator random) {
            List<Duration> offsets = new ArrayList<>();
            double seconds = 0;
            for (int i = 0; i < requests; i++) {
                offsets.add(Durations.ofSeconds(seconds));
                seconds -= Math.log(1 - random.nextDouble()) / rate;
            }
            return offsets;
        }
    }

    /** Bursts of requests at regular intervals. */
    record Bursts(int size, Duration every) implements Timed {
        @Override
        public List<Duration> offsets(int requests, RandomGenerator random) {
            List<Duration> offsets = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                offsets.add(every.multipliedBy(i / size));
            }
            return offsets;
        }
    }

    /** The schedule in a trace file. */
    record Replayed(Path file) implements Arrivals {
        @Override
        public <R> R match(Function<Timed, R> timed, Function<Replayed, R> replayed, Function<Closed, R> closed) {
            return replayed.apply(this);
        }
    }

    /**
     * Sends a request as soon as another one finishes, so that the number of requests in flight stays constant. This
     * measures throughput.
     */
    record Closed(int inFlight) implements Arrivals {
        @Override
        public <R> R match(Function<Timed, R> timed, Function<Replayed, R> replayed, Function<Closed, R> closed) {
            return closed.apply(this);
        }
    }

    Pattern KIND = Pattern.compile("(poisson|burst|trace|closed):(.+)");

    /** Reads {@code poisson:RATE}, {@code burst:N/SECONDS}, {@code trace:FILE} or {@code closed:N}. */
    static Arrivals parse(String text) {
        Matcher kind = KIND.matcher(text);
        if (!kind.matches()) {
            throw unknown(text);
        }
        String value = kind.group(2);
        try {
            return switch (kind.group(1)) {
                case "poisson" -> new Poisson(positive(Double.parseDouble(value)));
                case "burst" -> burst(value.split("/", 2));
                case "closed" -> new Closed((int) positive(Integer.parseInt(value)));
                default -> new Replayed(Path.of(value));
            };
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw unknown(text);
        }
    }

    private static Arrivals burst(String[] parts) {
        return new Bursts(
                (int) positive(Integer.parseInt(parts[0])),
                Durations.ofSeconds(positive(Double.parseDouble(parts[1]))));
    }

    private static double positive(double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static FleetException unknown(String text) {
        return new FleetException("--arrivals: expected poisson:RATE, burst:N/SECONDS or closed:N with numbers above 0,"
                + " or trace:FILE, found " + text);
    }
}
