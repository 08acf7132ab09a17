package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.bench.WorkerMetrics.Occupancy;
import org.junit.jupiter.api.Test;

class WorkerMetricsTest {
    private static final String PAGE = """
            # HELP lorafleet_batch_rows UNet rows of one forward
            # TYPE lorafleet_batch_rows summary
            lorafleet_batch_rows_count{device="cpu (all)",} 10.0
            lorafleet_batch_rows_sum{device="cpu (all)",} 25.0
            lorafleet_batch_rows_count{device="gpu",} 2
            lorafleet_batch_rows_sum{device="gpu",} 5 1700000000000
            lorafleet_batch_rows_max 8.0
            lorafleet_batch_rows_count_total 99
            """;

    @Test
    void addsUpOverLabels() {
        assertThat(WorkerMetrics.parse(PAGE)).isEqualTo(new WorkerMetrics(12, 30, 8));
    }

    @Test
    void workersThatDoNotTellGiveNothing() {
        assertThat(WorkerMetrics.parse("jvm_threads_live 12\n")).isNull();
    }

    @Test
    void occupancyIsOfTheBatchesBetween() {
        WorkerMetrics before = new WorkerMetrics(10, 10, 1);

        assertThat(new WorkerMetrics(14, 30, 8).since(before)).isEqualTo(new Occupancy(5, 8));
        assertThat(before.since(before)).isNull();
    }
}
