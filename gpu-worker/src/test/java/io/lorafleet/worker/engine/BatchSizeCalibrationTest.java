// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lorafleet.worker.engine.BatchSizeCalibration.Throughput;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Simulated devices: a function gives the step time for a number of rows, and the clock advances by that time. */
class BatchSizeCalibrationTest {
    private final List<Integer> asked = new ArrayList<>();
    private double now;

    @Test
    void choosesTheFewestRowsWithNearlyTheBestThroughput() {
        assertThat(rows(rows -> 0.01 * Math.max(1, rows / 8.0))).isEqualTo(8);
    }

    @Test
    void choosesOneRowIfMoreRowsBringNoGain() {
        assertThat(rows(rows -> 0.01 * rows)).isEqualTo(1);
        assertThat(asked).containsExactly(1, 1, 2, 4); // two doublings without a gain
    }

    @Test
    void choosesTheMostRowsIfEachDoublingBringsAGain() {
        assertThat(rows(rows -> 0.01)).isEqualTo(64);
    }

    @Test
    void toleratesOneSlowBatch() {
        assertThat(rows(rows -> rows == 4 ? 1 : 0.01 * Math.max(1, rows / 16.0)))
                .isEqualTo(16);
    }

    @Test
    void doesNotTryABatchThatWouldExceedTheTimeLimit() {
        assertThat(rows(rows -> 2 + 0.1 * rows)).isEqualTo(8);
        assertThat(now).isLessThan(15);
    }

    @Test
    void choosesOneRowIfItExceedsTheTimeLimit() {
        assertThat(rows(rows -> 20 * rows)).isEqualTo(1);
        assertThat(asked).containsExactly(1);
    }

    @Test
    void measuresTheThroughput() {
        assertThat(best(rows -> 0.01 * Math.max(1, rows / 8.0)).rowsPerSecond()).isCloseTo(800, within(1e-6));
        assertThat(best(rows -> 20 * rows).rowsPerSecond()).isCloseTo(0.05, within(1e-6));
    }

    @Test
    void measuresTheThroughputAtAConfiguredLimit() {
        assertThat(BatchSizeCalibration.at(4, stepOf(rows -> 0.01 * Math.max(1, rows / 8.0))))
                .isEqualTo(new Throughput(4, 400));
        assertThat(asked).containsExactly(1, 4);
        assertThat(BatchSizeCalibration.at(8, stepOf(rows -> 2 * rows))).isEqualTo(new Throughput(8, 0.5));
        assertThat(asked).as("a batch that would exceed the time limit").containsExactly(1, 4, 1);
    }

    private int rows(IntToDoubleFunction device) {
        return best(device).rows();
    }

    private Throughput best(IntToDoubleFunction device) {
        return BatchSizeCalibration.best(stepOf(device), () -> (long) (now * 1e9));
    }

    private IntToDoubleFunction stepOf(IntToDoubleFunction device) {
        return rows -> {
            asked.add(rows);
            double seconds = device.applyAsDouble(rows);
            now += seconds;
            return seconds;
        };
    }
}
