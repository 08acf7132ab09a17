// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.lineage;
import static io.lorafleet.trainer.Samples.withdrawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedbackArchiveTest {
    @TempDir
    private Path directory;

    private BlobStore blobs;
    private FeedbackArchive archive;

    @BeforeEach
    void open() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        archive = new FeedbackArchive(blobs);
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

    @Test
    void readsArchivesWithoutOwners() throws IOException {
        String kept = new String(Json.write(new FeedbackGiven[] {feedback("a", "fast")}), UTF_8)
                .replace("\"type\":\"given\",", "");
        assertThat(kept).doesNotContain("type").doesNotContain("owner");
        blobs.putIfAbsent(BlobKeys.consumedFeedback("fast", lineage(0, 9)), kept.getBytes(UTF_8));
        assertThat(archive.before("fast", lineage(9, 12)).standing()).containsExactly(feedback("a", "fast"));
    }
}
