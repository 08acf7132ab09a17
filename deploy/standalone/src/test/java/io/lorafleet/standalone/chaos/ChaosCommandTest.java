// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.standalone.Fleet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChaosCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void listsEachCellOnceWithADescription() {
        assertThat(run("--list")).isZero();

        assertThat(out.toString().lines().map(line -> line.split(" ")[0]))
                .doesNotHaveDuplicates()
                .contains("worker-kill", "broker-failover", "soak");
        assertThat(out.toString().lines()).allMatch(line -> line.matches("\\S+ +\\S.*"));
    }

    @Test
    void namesTheCellsWhenThereIsNoSuchCell() {
        assertThat(run("--cell", "worker-tickle")).isEqualTo(1);

        assertThat(err.toString())
                .startsWith("fleet: --cell: expected one of [worker-kill, ")
                .contains("found worker-tickle");
    }

    @Test
    void needsAnEmptyFolder() throws Exception {
        Files.createFile(folder.resolve("run.json"));

        assertThat(run("--cell", "worker-kill", "--out", folder.toString())).isEqualTo(1);

        assertThat(err.toString()).contains("--out: expected an empty folder, found files in " + folder);
    }

    @Test
    void needsACell() {
        assertThat(run()).isEqualTo(2);

        assertThat(err.toString()).contains("--cell");
    }

    private int run(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = "chaos";
        System.arraycopy(args, 0, all, 1, args.length);
        return Fleet.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }
}
