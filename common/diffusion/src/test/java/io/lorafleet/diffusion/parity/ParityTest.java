package io.lorafleet.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParityTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @CsvSource({"sd1, 23", "sd2, 23", "sdxl, 25"})
    void agreesWithDiffusersOnEveryTensor(String family, int tensors) {
        List<Finding> findings = new ArrayList<>();
        Parity.check(Path.of("src/test/resources/golden", family), findings::add);
        assertThat(findings)
                .hasSize(tensors)
                .allSatisfy(finding -> assertThat(finding)
                        .isInstanceOfSatisfying(
                                Finding.Compared.class,
                                compared -> assertThat(compared.within(TOLERANCE))
                                        .as(compared.toString())
                                        .isTrue()));
    }
}
