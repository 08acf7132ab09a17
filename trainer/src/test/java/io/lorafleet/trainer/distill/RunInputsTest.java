// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.student;
import static io.lorafleet.trainer.Samples.withdrawn;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Lineage;
import io.lorafleet.trainer.feedback.OffsetRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunInputsTest {

    @Test
    void lineageDescribesTheInputs() {
        Lineage lineage = RunInputs.of(student("fast", 3), range(5, 9), "plan").lineage();
        assertThat(lineage).isEqualTo(new Lineage(3, 1, 5, 9, 1, lineage.seed(), "plan"));
        assertThat(RunInputs.of(student("fast", 3), range(5, 9), "plan").withdrawals())
                .containsExactly(withdrawn("bob", "fast"));
    }

    @Test
    void seedDependsOnParentAndOffsetRange() {
        long seed = seed(3, 5, 9);
        assertThat(seed(3, 5, 9)).isEqualTo(seed).isBetween(0L, 0xFFFFFFFFL);
        assertThat(seed(4, 5, 9)).isNotEqualTo(seed);
        assertThat(seed(3, 4, 9)).isNotEqualTo(seed);
        assertThat(seed(3, 5, 10)).isNotEqualTo(seed);
    }

    private static long seed(int parent, long from, long to) {
        return RunInputs.of(student("fast", parent), range(from, to), "plan")
                .lineage()
                .seed();
    }

    private static OffsetRange range(long from, long to) {
        return new OffsetRange(
                "fast", 1, from, to, List.of(feedback("a", "fast")), List.of(withdrawn("bob", "fast")), null);
    }
}
