// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The feedback that finished runs have consumed, in one blob per run. Kafka deletes feedback after the retention time.
 * Later runs replay archived prompts, and do not count archived votes again.
 */
public final class FeedbackArchive {
    private final BlobStore blobs;

    public FeedbackArchive(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Stores a run's feedback. Call this before the run is published. Repeated calls have no effect.
     *
     * @param samples the samples that were not withdrawn
     */
    public void keep(String adapter, Lineage lineage, List<FeedbackWithdrawn> withdrawals, List<FeedbackGiven> samples)
            throws IOException {
        // An array preserves each event's JSON type, which a list would lose. Withdrawals come first, because the
        // remaining samples were given later.
        FeedbackEvent[] events =
                Stream.of(withdrawals, samples).flatMap(List::stream).toArray(FeedbackEvent[]::new);
        blobs.putIfAbsent(BlobKeys.consumedFeedback(adapter, lineage), Json.write(events));
    }

    /** @return the archived votes that still count, from all runs before the given run */
    public Votes before(String adapter, Lineage lineage) throws IOException {
        String prefix = BlobKeys.consumedFeedback(adapter, lineage.partition());
        Map<Long, String> byOffset = new TreeMap<>();
        try (Stream<String> keys = blobs.list(prefix)) {
            keys.forEach(key -> {
                String[] ends = key.substring(prefix.length()).split("[-.]");
                if (Long.parseLong(ends[1]) <= lineage.fromOffset()) {
                    byOffset.put(Long.parseLong(ends[0]), key);
                }
            });
        }
        Votes votes = new Votes();
        for (String key : byOffset.values()) {
            byte[] kept = blobs.get(key)
                    .orElseThrow(() -> new IOException(key + ": expected an archived run, found no blob"));
            for (FeedbackEvent event : Json.read(kept, FeedbackEvent[].class)) {
                votes.apply(event);
            }
        }
        return votes;
    }
}
