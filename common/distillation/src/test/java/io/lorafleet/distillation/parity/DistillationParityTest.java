// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.diffusion.parity.ParityResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference tensors come from diffusers, PEFT and PyTorch's AdamW. */
class DistillationParityTest {
    private static final double TOLERANCE = 1e-4;

    /** The references have only the loss after the first step of AdamW, not the updated factors. */
    @ParameterizedTest
    @CsvSource({"sd1, 131", "sd2, 355", "sdxl, 259"})
    void agreesWithDiffusersAndPeft(String family, int tensors) {
        List<ParityResult> results = new ArrayList<>();

        DistillationParity.check(Path.of("../diffusion/src/test/resources/golden", family), results::add);

        assertThat(results)
                .filteredOn(ParityResult.Compared.class::isInstance)
                .hasSize(tensors)
                .allSatisfy(result -> assertThat(((ParityResult.Compared) result).error())
                        .as(result.tensor())
                        .isLessThan(TOLERANCE));
        assertThat(results)
                .filteredOn(ParityResult.Skipped.class::isInstance)
                .allSatisfy(result -> assertThat(result.tensor()).startsWith("distill/after1."));
    }
}
