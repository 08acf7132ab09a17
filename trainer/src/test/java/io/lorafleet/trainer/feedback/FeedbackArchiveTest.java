package io.lorafleet.trainer.feedback;

import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.lineage;
import static org.assertj.core.api.Assertions.assertThat;

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

    private FeedbackArchive archive;

    @BeforeEach
    void open() throws IOException {
        archive = new FeedbackArchive(new DirectoryBlobStore(directory));
    }

    @Test
    void isEmptyForAnAdapterThatWasNeverTrained() throws IOException {
        assertThat(archive.before("fast", lineage(0, 5))).isEmpty();
    }

    @Test
    void givesWhatEarlierRunsConsumedInTheOrderOfTheirOffsets() throws IOException {
        archive.keep("fast", lineage(9, 12), List.of(feedback("c", "fast")));
        archive.keep("fast", lineage(0, 9), List.of(feedback("a", "fast"), feedback("b", "fast")));
        archive.keep("slow", lineage(0, 3), List.of(feedback("x", "slow")));
        assertThat(archive.before("fast", lineage(12, 20)))
                .containsExactly(feedback("a", "fast"), feedback("b", "fast"), feedback("c", "fast"));
    }

    @Test
    void aRunThatIsMadeAgainDoesNotMeetItsOwnSamples() throws IOException {
        archive.keep("fast", lineage(0, 9), List.of(feedback("a", "fast")));
        archive.keep("fast", lineage(9, 12), List.of(feedback("b", "fast")));
        archive.keep("fast", lineage(9, 12), List.of(feedback("b", "fast")));
        assertThat(archive.before("fast", lineage(9, 12))).containsExactly(feedback("a", "fast"));
    }

    @Test
    void countsASampleOnceThatTwoRunsConsumed() throws IOException {
        archive.keep("fast", lineage(0, 9), List.of(feedback("a", "fast")));
        archive.keep("fast", lineage(9, 12), List.of(feedback("a", "fast")));
        assertThat(archive.before("fast", lineage(12, 20))).hasSize(1);
    }
}
