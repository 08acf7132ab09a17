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
 * What runs have consumed, one blob for each. Kafka forgets feedback after some weeks; later runs still learn from it,
 * and know what they need not count again.
 */
public final class FeedbackArchive {
    private final BlobStore blobs;

    public FeedbackArchive(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Keeps what a run has consumed. To be called before the run is finished; doing it again changes nothing.
     *
     * @param samples that the withdrawals have left
     */
    public void keep(String adapter, Lineage lineage, List<FeedbackWithdrawn> withdrawals, List<FeedbackGiven> samples)
            throws IOException {
        // An array: of a list, JSON would not have the types. And in this order: the samples outlived the withdrawals.
        FeedbackEvent[] events =
                Stream.of(withdrawals, samples).flatMap(List::stream).toArray(FeedbackEvent[]::new);
        blobs.putIfAbsent(BlobKeys.consumedFeedback(adapter, lineage), Json.write(events));
    }

    /** @return what is left of what runs that ended before this one began have consumed */
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
            byte[] kept = blobs.get(key).orElseThrow(() -> new IOException(key + ": was there, and is gone"));
            for (FeedbackEvent event : Json.read(kept, FeedbackEvent[].class)) {
                votes.apply(event);
            }
        }
        return votes;
    }
}
