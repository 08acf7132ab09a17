// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static io.lorafleet.gateway.generation.Samples.request;
import static io.lorafleet.gateway.generation.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.adapter.RouteLog;
import io.lorafleet.gateway.generation.GenerationLog;
import io.lorafleet.gateway.generation.Samples;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.training.TrainingTable;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.testkit.StoppedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DroppedRequestsTest {
    private static final int REMEMBERED = 10;
    private static final TopicPartition REQUESTS = new TopicPartition("generation.requests", 0);
    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    private final GenerationTable table = new GenerationTable(REMEMBERED, new Backlog(Clock.systemUTC()));
    private final FoldedOffsets folded = new FoldedOffsets("");
    private final UnfinishedRequests requests = new UnfinishedRequests(folded, time -> false);
    private final TopicFollowers followers = new TopicFollowers(
            table,
            Samples.metrics(),
            new RouteLog(new AdapterRegistry(), event -> {}),
            new ModelDirectory(Clock.systemUTC()),
            new TrainingTable(),
            requests,
            folded);
    private final StoppedClock clock = new StoppedClock();
    private final List<String> republished = new ArrayList<>();
    private BlobStore blobs;
    private DroppedRequests dropped;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        blobs = new DirectoryBlobStore(directory);
        dropped = new DroppedRequests(
                requests,
                Samples.generations(table, new NoLog(), blobs),
                new Republished(),
                () -> true,
                clock,
                TIMEOUT);
        folded.startAt(REQUESTS, 0);
    }

    /** The order of records of different topics is arbitrary. The table forgets most of these results. */
    @Test
    void noFinishedRequestIsUnfinishedIfItsResultIsReadFirst() throws IOException {
        int count = 3 * REMEMBERED;
        for (int i = 0; i < count; i++) {
            String id = "r" + i;
            blobs.putIfAbsent(BlobKeys.manifest(id), Json.write(new GenerationManifest(request(id), succeeded(id))));
            followers.result(new ConsumerRecord<>("generation.results", 0, i, id, Json.write(succeeded(id))));
        }
        for (int i = 0; i < count; i++) {
            read("r" + i, i);
        }
        assertThat(requests.areSettled()).isFalse();

        dropped.check(completedUntil(count));

        assertThat(requests.areSettled()).isTrue();
        assertThat(table.list(generation -> !generation.isFinished(), null, count))
                .isEmpty();
        assertThat(requests.places()).isEmpty();
        assertThat(requests.lowWaterMarks()).isEqualTo(Map.of(REQUESTS, (long) count));
        clock.advance(TIMEOUT.plusSeconds(1));
        dropped.check(completedUntil(count));
        assertThat(republished).isEmpty();
    }

    @Test
    void publishesAgainWhatTheGroupCompletedWithoutAnEnd() {
        read("open", 0);
        dropped.check(completedUntil(1));
        assertThat(republished).isEmpty();
        clock.advance(TIMEOUT.plusSeconds(1));
        dropped.check(completedUntil(1));
        assertThat(republished).containsExactly("open");
        assertThat(requests.lowWaterMarks()).isEqualTo(Map.of(REQUESTS, 0L));

        read("open", 1);
        assertThat(requests.lowWaterMarks())
                .as("the copy replaces the dropped record")
                .isEqualTo(Map.of(REQUESTS, 1L));
    }

    @Test
    void readingARecordAgainIsNoCopy() {
        read("open", 0);
        read("open", 0);
        assertThat(requests.places().get("open").copies()).isEqualTo(1);
    }

    /** Such as a request or a result of the next release. */
    @Test
    void recordsThatThisGatewayCannotReadCount() {
        followers.request(new ConsumerRecord<>(REQUESTS.topic(), 0, 0, "new", "{}".getBytes()));
        assertThat(requests.lowWaterMarks()).isEqualTo(Map.of(REQUESTS, 0L));
        followers.result(new ConsumerRecord<>("generation.results", 0, 0, "new", "{}".getBytes()));
        assertThat(requests.lowWaterMarks()).isEqualTo(Map.of(REQUESTS, 1L));
    }

    private void read(String id, long offset) {
        followers.request(new ConsumerRecord<>(REQUESTS.topic(), 0, offset, id, Json.write(request(id))));
    }

    private static Map<TopicPartition, SharePartitionOffsetInfo> completedUntil(long offset) {
        return Map.of(REQUESTS, new SharePartitionOffsetInfo(offset, Optional.empty(), Optional.empty()));
    }

    private final class Republished implements DroppedRequests.Copies {
        @Override
        public void publish(String id, UnfinishedRequests.Place place) {
            republished.add(id);
        }

        @Override
        public void recall(Map<String, UnfinishedRequests.Place> places) {
            assertThat(places)
                    .allSatisfy((id, place) -> assertThat(table.find(id)).isPresent());
        }
    }

    /** These tests publish nothing through the log. */
    private static final class NoLog implements GenerationLog {
        @Override
        public void write(GenerateImage command, LaterFields later) {
            throw new AssertionError("expected no request");
        }

        @Override
        public void write(CancelGeneration command) {
            throw new AssertionError("expected no cancellation");
        }
    }
}
