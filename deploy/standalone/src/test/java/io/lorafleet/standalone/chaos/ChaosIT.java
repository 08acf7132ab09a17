// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.Fleet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the shortest cells with a real fleet: one that kills a worker and a gateway, and one that damages an image. The
 * others take too long for each build. A cell itself limits each of its waits, and says what it waited for.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ChaosIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"quick", "damage-image"})
    void theGuaranteesHold(String cell, @TempDir Path folder) throws Exception {
        int exit = Fleet.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("chaos", "--cell", cell, "--out", folder.toString());

        assertThat(exit).as("%s%n%s", err, out).isZero();
    }
}
