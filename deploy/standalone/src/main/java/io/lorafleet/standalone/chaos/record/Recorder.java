// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.record;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.history.ClientEvent.Outcome;
import io.lorafleet.standalone.history.ClientEvent.Submitted;
import io.lorafleet.standalone.history.HistoryEvent;
import io.lorafleet.standalone.history.HistoryWriter;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import io.lorafleet.standalone.history.TopicEvent.Started;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Writes the history, and keeps it in memory, so that the run can wait for the effect of a fault. Thread-safe. */
public final class Recorder implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Path folder;
    private final long start = System.nanoTime();
    private final Map<String, HistoryWriter> writers = new ConcurrentHashMap<>();
    private final List<HistoryEvent> events = new ArrayList<>();
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();

    public Recorder(Path folder) {
        this.folder = folder;
    }

    /** @return milliseconds since the start of the run */
    public long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** @param source name of the file */
    public void record(String source, HistoryEvent event) {
        writers.computeIfAbsent(source, this::open).write(event);
        synchronized (events) {
            events.add(event);
        }
        if (event instanceof Submitted submitted && submitted.outcome() == Outcome.ACCEPTED && submitted.id() != null) {
            known.add(submitted.id());
        } else if (event instanceof Requested requested) {
            known.add(requested.id());
        } else if (event instanceof Ended end) {
            ended.add(end.id());
        }
    }

    private HistoryWriter open(String source) {
        try {
            return new HistoryWriter(folder, source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public <E extends HistoryEvent> List<E> all(Class<E> type) {
        synchronized (events) {
            return events.stream().filter(type::isInstance).map(type::cast).toList();
        }
    }

    /** @return the ids of all requests that were accepted or are in Kafka */
    public Set<String> known() {
        return Set.copyOf(known);
    }

    /** @return whether Kafka has a result for the request */
    public boolean hasEnded(String id) {
        return ended.contains(id);
    }

    /** @return number of requests without a result */
    public long underWay() {
        return known.stream().filter(id -> !ended.contains(id)).count();
    }

    /**
     * Waits until there is a value.
     *
     * @param what description of the value, for the error message
     * @throws FleetException if there is no value within the time limit
     */
    public static <T> T await(String what, Duration limit, Supplier<Optional<T>> value) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<T> now = value.get();
            if (now.isPresent()) {
                return now.get();
            }
            if (System.nanoTime() > end) {
                throw new FleetException("timed out after " + limit.toSeconds() + " s while waiting for " + what);
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    /**
     * Waits until a condition holds.
     *
     * @param what description of the condition, for the error message
     * @throws FleetException if the limit passes
     */
    public static void awaitThat(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        await(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    /**
     * @return the workers that have started processing a request after this time, which is in milliseconds since the
     *     start of the run
     */
    public Set<String> begunAfter(long time) {
        return all(Started.class).stream()
                .filter(started -> started.t() > time)
                .map(Started::worker)
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        writers.values().forEach(HistoryWriter::close);
    }
}
