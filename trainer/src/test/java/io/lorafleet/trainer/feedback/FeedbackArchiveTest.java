// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.lineage;
import static io.lorafleet.trainer.Samples.withdrawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedbackArchiveTest {
    @TempDir
    private Path directory;

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private BlobStore blobs;
    private FeedbackArchive archive;

    @BeforeEach
    void open() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        archive = new FeedbackArchive(blobs, meters);
    }

    @Test
    void isEmptyForAnAdapterThatWasNeverTrained() throws IOException {
        assertThat(archive.before("fast", lineage(0, 5)).standing()).isEmpty();
    }

    @Test
    void returnsFeedbackOfEarlierRunsInOffsetOrder() throws IOException {
        archive.keep("fast", lineage(9, 12), List.of(), List.of(feedback("c", "fast")));
        archive.keep("fast", lineage(0, 9), List.of(), List.of(feedback("a", "fast"), feedback("b", "fast")));
        archive.keep("slow", lineage(0, 3), List.of(), List.of(feedback("x", "slow")));
        assertThat(archive.before("fast", lineage(12, 20)).standing())
                .containsExactly(feedback("a", "fast"), feedback("b", "fast"), feedback("c", "fast"));
    }

    @Test
    void repeatedRunDoesNotReadItsOwnSamples() throws IOException {
        archive.keep("fast", lineage(0, 9), List.of(), List.of(feedback("a", "fast")));
        archive.keep("fast", lineage(9, 12), List.of(), List.of(feedback("b", "fast")));
        archive.keep("fast", lineage(9, 12), List.of(), List.of(feedback("b", "fast")));
        assertThat(archive.before("fast", lineage(9, 12)).standing()).containsExactly(feedback("a", "fast"));
    }

    @Test
    void countsASampleOfTwoRunsOnce() throws IOException {
        archive.keep("fast", lineage(0, 9), List.of(), List.of(feedback("a", "fast")));
        archive.keep("fast", lineage(9, 12), List.of(), List.of(feedback("a", "fast")));
        assertThat(archive.before("fast", lineage(12, 20)).standing()).hasSize(1);
    }

    @Test
    void excludesVotesThatALaterRunWithdrew() throws IOException {
        FeedbackGiven alices = feedback("a", "fast", "a star", 1, "alice", NOW);
        FeedbackGiven mallorys = feedback("m", "fast", "a star", 1, "mallory", NOW);
        FeedbackGiven mallorysNext = feedback("n", "fast", "a ring", 1, "mallory", NOW);
        archive.keep("fast", lineage(0, 9), List.of(), List.of(alices, mallorys));
        archive.keep("fast", lineage(9, 12), List.of(withdrawn("mallory", "fast")), List.of(mallorysNext));
        assertThat(archive.before("fast", lineage(9, 12)).standing()).containsExactly(alices, mallorys);
        assertThat(archive.before("fast", lineage(12, 20)).standing()).containsExactly(alices, mallorysNext);
    }

    /** The damaged archive may have contained withdrawals of earlier votes. */
    @Test
    void skipsADamagedArchiveAndThoseBeforeIt() throws IOException {
        archive.keep("fast", lineage(0, 9), List.of(), List.of(feedback("a", "fast")));
        archive.keep("fast", lineage(9, 12), List.of(), List.of(feedback("b", "fast")));
        archive.keep("fast", lineage(12, 20), List.of(), List.of(feedback("c", "fast")));
        byte[] other = Json.write(new FeedbackGiven[] {feedback("x", "fast")});
        Files.write(directory.resolve(key("9-12")), other);
        assertThat(archive.before("fast", lineage(20, 30)).standing()).containsExactly(feedback("c", "fast"));
        assertThat(meters.counter("lorafleet.training.archives.damaged").count())
                .isEqualTo(1);
        archive.keep("fast", lineage(9, 12), List.of(), List.of(feedback("b", "fast"))); // repairs it
        assertThat(archive.before("fast", lineage(20, 30)).standing()).hasSize(3);
    }

    @Test
    void skipsADamagedArchiveOfAnEarlierRelease() throws IOException {
        blobs.putIfAbsent("feedback/fast/0/0-9.json", "[{".getBytes(UTF_8));
        archive.keep("fast", lineage(9, 12), List.of(), List.of(feedback("b", "fast")));
        assertThat(archive.before("fast", lineage(12, 20)).standing()).containsExactly(feedback("b", "fast"));
    }

    /** The adapter has moved from partition 0 to partition 2, because a partition was added. */
    @Test
    void coversAllPartitionsOfTheAdapter() throws IOException {
        FeedbackGiven first = feedback("a", "fast", "a star", 1, "alice", NOW);
        FeedbackGiven mallorys = feedback("m", "fast", "a star", 1, "mallory", NOW);
        FeedbackGiven last = feedback("b", "fast", "a star", 1, "bob", NOW.plusSeconds(2));
        FeedbackWithdrawn withdrawal = new FeedbackWithdrawn("fast", "mallory", "operator", NOW.plusSeconds(1));
        archive.keep("fast", on(2, 0, 3), List.of(withdrawal), List.of(last));
        archive.keep("fast", on(0, 7, 9), List.of(), List.of(first, mallorys));
        assertThat(archive.before("fast", on(2, 3, 5)).standing()).containsExactly(first, last);
        assertThat(archive.before("fast", on(0, 9, 12)).standing()).containsExactly(first, last);
        assertThat(archive.before("fast", on(2, 0, 3)).standing()).containsExactly(first, mallorys);
    }

    /** The adapter moved from partition 2 to partition 0, so sorting by key does not give the order of the runs. */
    @Test
    void ordersTheRunsOfDifferentPartitionsByTime() throws IOException {
        FeedbackGiven mallorys = feedback("m", "fast", "a star", 1, "mallory", NOW);
        FeedbackWithdrawn withdrawal = new FeedbackWithdrawn("fast", "mallory", "operator", NOW.plusSeconds(1));
        archive.keep("fast", on(2, 0, 3), List.of(), List.of(mallorys));
        archive.keep("fast", on(0, 0, 2), List.of(withdrawal), List.of());
        assertThat(archive.before("fast", on(0, 2, 5)).standing()).isEmpty();
    }

    /** The clocks of the gateways differ, so the later record has the earlier time. */
    @Test
    void keepsTheOrderOfAPartitionWhateverTheTimes() throws IOException {
        FeedbackGiven mallorys = feedback("m", "fast", "a star", 1, "mallory", NOW.plusSeconds(9));
        archive.keep("fast", on(0, 0, 3), List.of(), List.of(mallorys));
        archive.keep("fast", on(0, 3, 4), List.of(withdrawn("mallory", "fast")), List.of());
        assertThat(archive.before("fast", on(0, 4, 5)).standing()).isEmpty();
    }

    @Test
    void readsARunWithoutEvents() throws IOException {
        archive.keep("fast", on(0, 0, 3), List.of(), List.of(feedback("a", "fast")));
        archive.keep("fast", on(0, 3, 4), List.of(), List.of());
        assertThat(archive.before("fast", on(0, 4, 5)).standing()).containsExactly(feedback("a", "fast"));
    }

    private static Lineage on(int partition, long from, long to) {
        return new Lineage(1, partition, from, to, 2, 42, "plan");
    }

    private String key(String range) throws IOException {
        try (Stream<String> keys = blobs.list("feedback/")) {
            return keys.filter(key -> key.contains("/" + range)).findFirst().orElseThrow();
        }
    }

    @Test
    void readsArchivesOfEarlierReleases() throws IOException {
        String kept = new String(Json.write(new FeedbackGiven[] {feedback("a", "fast")}), UTF_8)
                .replace("\"type\":\"given\",", "");
        assertThat(kept).doesNotContain("type").doesNotContain("owner");
        blobs.putIfAbsent("feedback/fast/0/0-9.json", kept.getBytes(UTF_8));
        assertThat(archive.before("fast", lineage(9, 12)).standing()).containsExactly(feedback("a", "fast"));
    }
}
