// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.bench.WorkerMetrics.Occupancy;
import io.lorafleet.standalone.bench.WorkerMetrics.Swaps;
import org.junit.jupiter.api.Test;

class WorkerMetricsTest {
    private static final Swaps NOTHING = new Swaps(0, 0, 0, 0, 0, 0);
    private static final String PAGE = """
            # HELP lorafleet_batch_rows UNet rows of one forward
            # TYPE lorafleet_batch_rows summary
            lorafleet_batch_rows_count{device="cpu (all)",} 10.0
            lorafleet_batch_rows_sum{device="cpu (all)",} 25.0
            lorafleet_batch_rows_count{device="gpu",} 2
            lorafleet_batch_rows_sum{device="gpu",} 5 1700000000000
            lorafleet_batch_rows_max 8.0
            lorafleet_batch_rows_count_total 99
            lorafleet_step_seconds{quantile="0.5",} 0.04
            lorafleet_step_seconds{quantile="0.95",} 0.07
            lorafleet_step_gap_seconds_max 0.02
            lorafleet_adapter_activation_seconds{quantile="0.5",} 0.3
            lorafleet_adapter_activation_seconds{quantile="0.95",} 0.9
            lorafleet_adapter_activation_seconds_count 7
            """;

    @Test
    void addsUpOverLabels() {
        assertThat(WorkerMetrics.parse(PAGE))
                .isEqualTo(new WorkerMetrics(12, 30, 8, new Swaps(7, 0.3, 0.9, 0.04, 0.02, 0.5)));
    }

    @Test
    void ofSeveralWorkersCountsAreAddedAndTheWorstStands() {
        WorkerMetrics one = new WorkerMetrics(12, 30, 8, new Swaps(7, 0.3, 0.9, 0.04, 0.02, 0.5));
        WorkerMetrics other = new WorkerMetrics(2, 3, 2, new Swaps(1, 0.1, 1.1, 0.08, 0.03, 0.375));

        assertThat(one.and(other)).isEqualTo(new WorkerMetrics(14, 33, 8, new Swaps(8, 0.3, 1.1, 0.08, 0.03, 0.5)));
    }

    @Test
    void quantilesOfNothingAreNone() {
        String page = "lorafleet_batch_rows_count 0\nlorafleet_batch_rows_sum 0\n"
                + "lorafleet_step_seconds{quantile=\"0.5\"} NaN\n";

        assertThat(WorkerMetrics.parse(page).swaps()).isEqualTo(NOTHING);
    }

    @Test
    void activationsAreThoseBetween() {
        Swaps after = new Swaps(7, 0.3, 0.9, 0.04, 0.02, 0.5);

        assertThat(after.since(new Swaps(5, 0.1, 0.1, 0.1, 0.1, 1))).isEqualTo(new Swaps(2, 0.3, 0.9, 0.04, 0.02, 0.5));
    }

    @Test
    void workersThatDoNotTellGiveNothing() {
        assertThat(WorkerMetrics.parse("jvm_threads_live 12\n")).isNull();
    }

    @Test
    void occupancyIsOfTheBatchesBetween() {
        WorkerMetrics before = new WorkerMetrics(10, 10, 1, NOTHING);

        assertThat(new WorkerMetrics(14, 30, 8, NOTHING).since(before)).isEqualTo(new Occupancy(5, 8));
        assertThat(before.since(before)).isNull();
    }
}
