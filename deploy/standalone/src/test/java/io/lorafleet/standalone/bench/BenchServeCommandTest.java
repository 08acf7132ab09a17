// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.Fleet;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is said before anything starts. */
class BenchServeCommandTest {
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "--requests=0, --requests: expected at least 1",
        "--teachers=2, --teachers: expected a share",
        "--sizes=64x, --sizes: expected such as 64",
        "--prompts=missing.txt, --prompts: missing.txt cannot be read",
        "--make-adapters=-1, expected --adapters or --make-adapters",
        "--publish=3, '--publish: expected at least 0, and --make-adapters beside it'"
    })
    void anUnusableWorkloadExitsWithOne(String option, String problem) {
        assertThat(run("bench", "serve", "--arrivals", "closed:1", option)).isEqualTo(1);

        assertThat(err.toString()).startsWith("fleet: " + problem).doesNotContain("\tat ");
    }

    @Test
    void aSampleIsOfACheck() {
        assertThat(run("bench", "serve", "--arrivals", "closed:1", "--check-sample", "3"))
                .isEqualTo(2);
    }

    private int run(String... args) {
        return Fleet.commandLine().setErr(new PrintWriter(err, true)).execute(args);
    }
}
