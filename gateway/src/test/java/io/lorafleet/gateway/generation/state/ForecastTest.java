// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.SHA;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.model.Pool;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerateImageBuilder;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** All requests have 10 steps of 2 rows. Unless a test says otherwise, the pool completes 20 rows per second. */
class ForecastTest {
    private static final BaseModel BASE = new BaseModel("tiny-sd", SHA, 8, 64, SamplerName.DDIM);
    private static final double RATE = 20 * 64 * 64;

    private final List<Generation> unfinished = new ArrayList<>();

    @Test
    void countsThePositionsFromOneInOrderOfAcceptance() {
        queued("b", 2, request -> request);
        queued("c", 3, request -> request);
        queued("a", 1, request -> request);
        assertThat(position("a", null)).isEqualTo(1);
        assertThat(position("b", null)).isEqualTo(2);
        assertThat(position("c", null)).isEqualTo(3);
    }

    @Test
    void placesInteractiveRequestsBeforeBatchRequests() {
        queued("batch", 1, request -> request.priority(Priority.BATCH));
        queued("interactive", 2, request -> request);
        assertThat(position("interactive", null)).isEqualTo(1);
        assertThat(position("batch", null)).isEqualTo(2);
    }

    @Test
    void hasNoTimesWithoutARateOrAWorker() {
        queued("a", 1, request -> request);
        assertThat(place("a", pool(8, 8), null).finishesIn()).isNull();
        assertThat(place("a", pool(8, 8), 0.0).finishesIn()).isNull();
        assertThat(place("a", pool(0, 0), RATE).finishesIn()).isNull();
    }

    @Test
    void runsOneRequestAfterAnotherInOneSlot() {
        queued("a", 1, request -> request);
        queued("b", 2, request -> request.count(3));
        queued("c", 3, request -> request);
        assertThat(seconds("a", pool(1, 8))).isEqualTo(1);
        assertThat(seconds("b", pool(1, 8))).isEqualTo(4);
        assertThat(seconds("c", pool(1, 8))).isEqualTo(5);
    }

    @Test
    void countsOnlyTheStepsThatAreLeft() {
        running("a", 1, 6);
        queued("b", 2, request -> request);
        assertThat(position("a", RATE)).isNull();
        assertThat(seconds("a", pool(1, 8))).isEqualTo(0.4);
        assertThat(seconds("b", pool(1, 8))).isEqualTo(1.4);
    }

    @Test
    void sharesTheRateBetweenTheRequestsOfABatch() {
        queued("a", 1, request -> request);
        queued("b", 2, request -> request);
        assertThat(seconds("a", pool(8, 8))).isEqualTo(2);
        assertThat(seconds("b", pool(8, 8))).isEqualTo(2);
    }

    @Test
    void makesRequestsWaitThatDoNotFitIntoTheBatch() {
        queued("a", 1, request -> request);
        queued("b", 2, request -> request);
        queued("c", 3, request -> request);
        assertThat(seconds("b", pool(8, 4))).isEqualTo(2);
        assertThat(seconds("c", pool(8, 4))).isEqualTo(3);
    }

    @Test
    void doesNotMakeASmallRequestWaitForAllImagesOfALargeOne() {
        queued("large", 1, request -> request.count(8));
        queued("small", 2, request -> request);
        assertThat(seconds("small", pool(8, 8))).isEqualTo(4); // one of four images in each batch
        assertThat(seconds("large", pool(8, 8))).isEqualTo(9);
    }

    @Test
    void givesEachSizeTheSameShare() {
        queued("small", 1, request -> request);
        queued("large", 2, request -> request.size(128, 128)); // four times the work
        assertThat(seconds("small", pool(8, 8))).isEqualTo(2);
        assertThat(seconds("large", pool(8, 8))).isEqualTo(5);
    }

    @Test
    void makesBatchRequestsWaitForInteractiveOnes() {
        queued("batch", 1, request -> request.priority(Priority.BATCH));
        queued("interactive", 2, request -> request);
        assertThat(seconds("interactive", pool(8, 8))).isEqualTo(1);
        assertThat(seconds("batch", pool(8, 8))).isEqualTo(2);
    }

    @Test
    void forecastsAnImageThatExceedsTheBatch() {
        queued("huge", 1, request -> request.size(512, 512));
        assertThat(seconds("huge", pool(8, 2))).isEqualTo(64);
    }

    private static Pool pool(int slots, int rows) {
        return new Pool("default", BASE, slots, rows, List.of());
    }

    private @Nullable Integer position(String id, @Nullable Double rate) {
        return place(id, pool(8, 8), rate).position();
    }

    private double seconds(String id, Pool pool) {
        Duration in = place(id, pool, RATE).finishesIn();
        assertThat(in).isNotNull();
        return in.toMillis() / 1000.0;
    }

    private Forecast.Place place(String id, Pool pool, @Nullable Double rate) {
        return Forecast.of(unfinished, pool, rate).get(id);
    }

    private void queued(String id, int second, UnaryOperator<GenerateImageBuilder> change) {
        unfinished.add(Generation.unknown(id).requested(request(id, second, change)));
    }

    private void running(String id, int second, int steps) {
        unfinished.add(Generation.unknown(id)
                .requested(request(id, second, request -> request))
                .progressed(new GenerationStarted(id, "w1", NOW.plusSeconds(second)))
                .progressed(new StepDone(id, steps, 10, null)));
    }

    private static GenerateImage request(String id, int second, UnaryOperator<GenerateImageBuilder> change) {
        return change.apply(GenerateImage.builder(id, NOW.plusSeconds(second))
                        .prompt("a red circle")
                        .guidanceScale(5)
                        .steps(10)
                        .sampler(SamplerName.DDIM)
                        .size(64, 64)
                        .seed(7))
                .build();
    }
}
