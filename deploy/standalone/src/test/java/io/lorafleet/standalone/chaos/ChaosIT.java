// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.Fleet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the shortest cell with a real fleet. The others take too long for each build. The cell itself limits each of its
 * waits, and says what it waited for.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ChaosIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void nothingIsLostWhenAWorkerAndAGatewayAreKilled(@TempDir Path folder) throws Exception {
        int exit = Fleet.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("chaos", "--cell", "quick", "--out", folder.toString());

        assertThat(exit).as("%s%n%s", err, out).isZero();
    }
}
