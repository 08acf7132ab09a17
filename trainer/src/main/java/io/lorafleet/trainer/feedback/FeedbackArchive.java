// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feedback that finished runs have consumed, in one blob per run. Kafka deletes feedback after the retention time.
 * Later runs replay archived prompts, and do not count archived votes again.
 */
public final class FeedbackArchive {
    private static final Logger LOG = LoggerFactory.getLogger(FeedbackArchive.class);

    private final BlobStore blobs;
    private final Counter damaged;

    public FeedbackArchive(BlobStore blobs, MeterRegistry meters) {
        this.blobs = blobs;
        this.damaged = Counter.builder("lorafleet.training.archives.damaged")
                .description("Damaged feedback archives that a run skipped")
                .register(meters);
    }

    /**
     * Stores a run's feedback. Call this before the run is published. Repeated calls have no effect, unless the blob is
     * damaged.
     *
     * @param samples the samples that were not withdrawn
     */
    public void keep(String adapter, Lineage lineage, List<FeedbackWithdrawn> withdrawals, List<FeedbackGiven> samples)
            throws IOException {
        // An array preserves each event's type in the JSON, which a list would lose. Withdrawals come first, because
        // they do not apply to the remaining samples.
        byte[] events =
                Json.write(Stream.of(withdrawals, samples).flatMap(List::stream).toArray(FeedbackEvent[]::new));
        blobs.putOrRepair(BlobKeys.consumedFeedback(adapter, lineage, Sha256.of(events)), events);
    }

    /**
     * @return the archived votes that still count, from all runs before the given run, and from the runs on the
     *     adapter's other partitions. If an archive is damaged, only the votes from later archives are returned,
     *     because the damaged one may have contained withdrawals of earlier votes
     */
    public Votes before(String adapter, Lineage lineage) throws IOException {
        Votes votes = new Votes();
        for (Archived archived : inOrder(adapter, lineage)) {
            if (archived.events().isEmpty()) {
                votes = new Votes();
            }
            for (FeedbackEvent event : archived.events().orElse(new FeedbackEvent[0])) {
                votes.apply(event);
            }
        }
        return votes;
    }

    /** @param from time by which runs are ordered; never before the time of an earlier run on the same partition */
    private record Archived(Optional<FeedbackEvent[]> events, Instant from) {}

    /**
     * Runs on the same partition are ordered by their offsets, and runs on different partitions by time. An adapter can
     * move to another partition when partitions are added.
     */
    private List<Archived> inOrder(String adapter, Lineage lineage) throws IOException {
        List<Archived> all = new ArrayList<>();
        Map<Integer, Instant> latest = new HashMap<>();
        for (ArchivedRun run : runs(adapter)) {
            if (run.partition() != lineage.partition() || run.toOffset() <= lineage.fromOffset()) {
                Optional<FeedbackEvent[]> events = read(run);
                Instant before = latest.getOrDefault(run.partition(), Instant.EPOCH);
                Instant first = events.filter(some -> some.length > 0)
                        .map(some -> some[0].at())
                        .orElse(before);
                Instant from = first.isBefore(before) ? before : first;
                latest.put(run.partition(), from);
                all.add(new Archived(events, from));
            }
        }
        all.sort(Comparator.comparing(Archived::from)); // a stable sort
        return all;
    }

    private List<ArchivedRun> runs(String adapter) throws IOException {
        String prefix = BlobKeys.consumedFeedback(adapter);
        try (Stream<String> keys = blobs.list(prefix)) {
            return keys.map(key -> ArchivedRun.of(key, prefix))
                    .sorted(Comparator.comparingInt(ArchivedRun::partition).thenComparingLong(ArchivedRun::fromOffset))
                    .toList();
        }
    }

    /** @return the archived events; empty if the archive is damaged */
    private Optional<FeedbackEvent[]> read(ArchivedRun run) throws IOException {
        byte[] kept = blobs.get(run.key())
                .orElseThrow(() -> new IOException(run.key() + ": expected an archived run, found no blob"));
        try {
            if (run.isIntact(kept)) {
                return Optional.of(Json.read(kept, FeedbackEvent[].class));
            }
            LOG.warn(
                    "Skipped the damaged archive {} and those before it: found SHA-256 {}", run.key(), Sha256.of(kept));
        } catch (InvalidMessageException e) {
            LOG.warn("Skipped the damaged archive {} and those before it: {}", run.key(), e.getMessage());
        }
        damaged.increment();
        return Optional.empty();
    }

    /** @param sha256 expected SHA-256 of the blob; empty in the keys of earlier releases */
    private record ArchivedRun(String key, int partition, long fromOffset, long toOffset, Optional<String> sha256) {

        static ArchivedRun of(String key, String prefix) {
            String[] parts = key.substring(prefix.length()).split("[-./]");
            Optional<String> sha256 = parts.length == 5 ? Optional.of(parts[3]) : Optional.empty();
            return new ArchivedRun(
                    key, Integer.parseInt(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]), sha256);
        }

        boolean isIntact(byte[] content) {
            return sha256.isEmpty() || sha256.get().equals(Sha256.of(content));
        }
    }
}
