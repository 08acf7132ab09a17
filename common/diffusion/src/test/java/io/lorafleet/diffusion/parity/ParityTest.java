package io.lorafleet.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParityTest {
    private static final Path SD1 = Path.of("src/test/resources/golden/sd1");
    private static final double TOLERANCE = 1e-4;

    @Test
    void agreesWithDiffusersOnEveryTensor() {
        List<Finding> findings = new ArrayList<>();
        Parity.check(SD1, findings::add);
        assertThat(findings)
                .hasSize(13 + 10)
                .allSatisfy(finding -> assertThat(finding)
                        .isInstanceOfSatisfying(
                                Finding.Compared.class,
                                compared -> assertThat(compared.within(TOLERANCE))
                                        .as(compared.toString())
                                        .isTrue()));
    }
}
