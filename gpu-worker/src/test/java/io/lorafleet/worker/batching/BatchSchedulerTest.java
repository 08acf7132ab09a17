// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSchedulerTest {
    private static final ImageSize SMALL = new ImageSize(64, 64);
    private static final ImageSize LARGE = new ImageSize(128, 128);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final BatchScheduler<Waiting> scheduler = new BatchScheduler<>(new MaxBatchRows(8, SMALL), TIMEOUT);
    private final List<Waiting> running = new ArrayList<>();

    /** @param secondsAgo time since arrival, in seconds */
    private record Waiting(
            String name, String requestId, ImageSize size, int rows, int controlRows, Priority priority, int secondsAgo)
            implements Schedulable {
        @Override
        public Instant arrivedAt() {
            return NOW.minusSeconds(secondsAgo);
        }
    }

    @Test
    void returnsAnEmptyBatchWithoutImages() {
        assertThat(scheduler.next(running, NOW)).isEmpty();
    }

    @Test
    void mixesTeachersAndStudentsOfOneSize() {
        add("teacher", SMALL, 2, 3);
        add("student", SMALL, 1, 2);
        add("shadowed", SMALL, 4, 1);
        assertThat(next()).containsExactly("teacher", "student", "shadowed");
    }

    @Test
    void fillsABatchInOrderOfArrival() {
        add("fourth", SMALL, 2, 1);
        add("first", SMALL, 4, 4);
        add("second", SMALL, 3, 3);
        add("third", SMALL, 2, 2); // does not fit, unlike the next image
        add("last", SMALL, 1, 0);
        assertThat(next()).containsExactly("first", "second", "last");
    }

    /** Eight rows fit. Two rows with a ControlNet cost as much as 2.8 rows without one. */
    @Test
    void countsTheRowsOfControlNets() {
        addControlled("one", 2, 9);
        addControlled("two", 4, 8);
        addControlled("three", 2, 7);
        add("plain", SMALL, 1, 6);
        assertThat(next()).containsExactly("one", "two", "plain");
    }

    @Test
    void givesEachRequestARowBeforeTheOtherImagesOfALargeRequest() {
        addRequest("large", 8, 9, Priority.INTERACTIVE);
        assertThat(next()).containsExactly("large0", "large1", "large2", "large3");
        addRequest("small", 1, 5, Priority.INTERACTIVE);
        addRequest("pair", 2, 1, Priority.INTERACTIVE);
        assertThat(next()).containsExactly("large0", "small0", "pair0", "large1");
    }

    @Test
    void givesTheFirstImagesTheirRowsInOrderOfArrival() {
        for (int i = 0; i < 6; i++) {
            addRequest("request" + i + "/", 2, 9 - i, Priority.INTERACTIVE);
        }
        assertThat(next()).containsExactly("request0/0", "request1/0", "request2/0", "request3/0");
    }

    @Test
    void prefersTheOtherImagesOfAnInteractiveRequestToBatchPriority() {
        addRequest("batch", 1, 9, Priority.BATCH);
        addRequest("interactive", 4, 1, Priority.INTERACTIVE);
        assertThat(next()).containsExactly("interactive0", "interactive1", "interactive2", "interactive3");
    }

    @Test
    void acceptsAnImageThatExceedsTheRowLimit() {
        BatchScheduler<Waiting> narrow = new BatchScheduler<>(new MaxBatchRows(1, SMALL), TIMEOUT);
        add("shadowed", SMALL, 4, 1);
        assertThat(narrow.next(running, NOW)).hasSize(1);
    }

    @Test
    void givesEachSizeTheSameShareOfDeviceTime() {
        for (int i = 0; i < 8; i++) {
            add("small", SMALL, 1, 1);
        }
        add("large", LARGE, 1, 1); // half of the total cost of the small images
        List<String> steps = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            steps.add(next().get(0));
        }
        assertThat(steps).filteredOn("small"::equals).hasSizeBetween(9, 11);
    }

    @Test
    void prefersInteractiveImages() {
        add("batch", LARGE, 1, 10, Priority.BATCH);
        add("interactive", SMALL, 1, 1);
        for (int i = 0; i < 10; i++) {
            assertThat(next()).containsExactly("interactive");
        }
    }

    @Test
    void fillsTheBatchWithImagesOfBatchPriority() {
        add("batch", SMALL, 1, 10, Priority.BATCH);
        add("interactive", SMALL, 7, 1);
        assertThat(next()).containsExactly("interactive", "batch");
    }

    @Test
    void preventsStarvation() {
        add("batch", SMALL, 8, 29, Priority.BATCH);
        add("interactive", SMALL, 8, 1);
        assertThat(next()).containsExactly("interactive");
        assertThat(scheduler.next(running, NOW.plusSeconds(1)))
                .extracting(Waiting::name)
                .containsExactly("batch");
    }

    @ParameterizedTest
    @CsvSource({"64, 64, 8", "128, 64, 4", "128, 128, 2", "512, 512, 2", "32, 32, 32", "8, 8, 64"})
    void scalesTheRowLimitByPixels(int width, int height, int rows) {
        assertThat(new MaxBatchRows(8, SMALL).of(new ImageSize(width, height))).isEqualTo(rows);
    }

    private void add(String name, ImageSize size, int rows, int secondsAgo) {
        add(name, size, rows, secondsAgo, Priority.INTERACTIVE);
    }

    private void add(String name, ImageSize size, int rows, int secondsAgo, Priority priority) {
        running.add(new Waiting(name, "request of " + name, size, rows, 0, priority, secondsAgo));
    }

    private void addControlled(String name, int controlRows, int secondsAgo) {
        running.add(new Waiting(name, name, SMALL, 2, controlRows, Priority.INTERACTIVE, secondsAgo));
    }

    /** Adds {@code count} images of one request, whose names are the name of the request and a number. */
    private void addRequest(String name, int count, int secondsAgo, Priority priority) {
        for (int i = 0; i < count; i++) {
            running.add(new Waiting(name + i, name, SMALL, 2, 0, priority, secondsAgo));
        }
    }

    private List<String> next() {
        return scheduler.next(running, NOW).stream().map(Waiting::name).toList();
    }
}
