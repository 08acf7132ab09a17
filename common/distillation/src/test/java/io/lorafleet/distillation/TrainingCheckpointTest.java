// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingCheckpointTest {

    @Test
    void restoresRoundAndStep() {
        TrainingCheckpoint restored = restore(new TrainingCheckpoint("plan", 3, 70, Map.of()).write());
        assertThat(restored.round()).isEqualTo(3);
        assertThat(restored.step()).isEqualTo(70);
    }

    @ParameterizedTest
    @CsvSource({"round, -1", "step, many", "step, 99999999999"})
    void rejectsAnInvalidCount(String count, String found) {
        Map<String, String> metadata = Map.of(
                "plan",
                "plan",
                "round",
                count.equals("round") ? found : "3",
                "step",
                count.equals("step") ? found : "70");
        assertThatThrownBy(() -> restore(SafetensorsWriter.write(Map.of(), metadata)))
                .isInstanceOf(ModelFileException.class)
                .hasMessage("checkpoint: " + count + ": expected an integer from 0 to 999999999, found " + found);
    }

    @Test
    void rejectsAMissingCount() {
        byte[] file = SafetensorsWriter.write(Map.of(), Map.of("plan", "plan", "round", "3"));
        assertThatThrownBy(() -> restore(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessage("checkpoint: step: expected an integer from 0 to 999999999, found none");
    }

    private static TrainingCheckpoint restore(byte[] file) {
        try (NDManager parent = NDManager.newBaseManager()) {
            return TrainingCheckpoint.restore(file, "plan", Map.of(), parent);
        }
    }
}
