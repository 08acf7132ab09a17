// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.nn.PackedWeights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParityTest {
    @ParameterizedTest
    @CsvSource({
        "sd1, FLOAT32, 134, 1e-4",
        "sd2, FLOAT32, 30, 1e-4",
        "sdxl, FLOAT32, 167, 1e-4",
        "unusual, FLOAT32, 13, 1e-4",
        "inpainting, FLOAT32, 19, 1e-4",
        "sd1, FLOAT16, 134, 2e-2",
        "sdxl, FLOAT16, 167, 2e-2",
        "sd1, BFLOAT16, 134, 3e-2",
        "sdxl, BFLOAT16, 167, 3e-2"
    })
    void agreesWithDiffusersOnEveryTensor(String family, Precision precision, int tensors, double tolerance) {
        assumeTrue(
                precision != Precision.BFLOAT16 || PackedWeights.supportBfloat16(),
                "requires a processor with bfloat16");
        List<ParityResult> results = new ArrayList<>();
        Parity.check(Path.of("src/test/resources/golden", family), precision, results::add);
        assertThat(results)
                .hasSize(tensors)
                .allSatisfy(result -> assertThat(result)
                        .isInstanceOfSatisfying(
                                ParityResult.Compared.class,
                                compared -> assertThat(compared.within(tolerance))
                                        .as(compared.toString())
                                        .isTrue()));
    }
}
