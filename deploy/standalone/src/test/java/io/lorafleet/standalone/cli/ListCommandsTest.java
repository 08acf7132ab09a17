// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The output formats of the commands that list workers, adapters and generations. */
class ListCommandsTest {
    private static final String LONG_AGO = "2026-01-01T00:00:00.123456789Z";
    private static final String WORKERS = "[{'workerId':'w1','state':'lost','device':'cpu()','slots':2,'busySlots':1,"
            + "'model':'demo','pool':'default','residentAdapters':['ink@1'],"
            + "'refusedAdapters':[{'adapter':'oil@2','reason':'why'}],'lastSeen':'" + LONG_AGO + "'}]";
    private static final String ADAPTERS = "[{'name':'fast','route':{'name':'fast','stable':1,"
            + "'canary':{'version':2,'share':0.1},'updatedAt':'" + LONG_AGO + "'},'versions':["
            + version(
                    "fast",
                    1,
                    "'lineage':{'parent':7,'partition':0,'fromOffset':0,'toOffset':9,'samples':16,'seed':1,'plan':'p'},'figures':{'learned':0.9,'parentLearned':0.8}")
            + ","
            + version("fast", 2, "'rank':4") + "," + version("fast", 3, "'retiredAt':'" + LONG_AGO + "'")
            + "]},{'name':'ink','versions':[" + version("ink", 1, "'rank':4") + "," + version("ink", 2, "'rank':4")
            + "]}]";
    private static final String GENERATIONS = "{'generations':[{'id':'g1','status':'running','step':3,'steps':20,"
            + "'images':[],'request':{'prompt':'a star','seed':7,'sampler':'ddim','width':64,'height':64},'acceptedAt':'"
            + LONG_AGO + "'}],'next':'n'}";

    private StubGateway gateway;

    private static String version(String name, int number, String more) {
        String rank = more.contains("rank") ? "" : "'rank':4,";
        return "{'name':'" + name + "','version':" + number + ",'sha256':'" + "ab".repeat(32) + "','sizeBytes':3100000,"
                + rank + more + ",'kind':'style','createdAt':'" + LONG_AGO + "'}";
    }

    @BeforeEach
    void start() throws IOException {
        gateway = new StubGateway()
                .on("GET /v1/workers", 200, WORKERS)
                .on("GET /v1/adapters", 200, ADAPTERS)
                .on("GET /v1/generations", 200, GENERATIONS)
                .on(
                        "GET /v1/generations/g1",
                        200,
                        "{'id':'g1','status':'failed','images':[],'failure':{'reason':'adapter-unusable','detail':'why'}}")
                .on("DELETE /v1/generations/g1", 202, "");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void tablesHaveAHeaderAndAlignedColumns() {
        assertThat(run("workers").out().lines())
                .satisfiesExactly(
                        header -> assertThat(header)
                                .isEqualTo("WORKER   STATE   DEVICE   BUSY   MODEL   ADAPTERS   REFUSED   SEEN"),
                        row -> assertThat(row)
                                .matches("w1       lost    cpu      1/2    demo    1          1         \\d+d"));
        assertThat(run("adapter", "list")
                        .out()
                        .lines()
                        .map(line -> line.replaceAll(" +\\d+d *", " AGE ").strip()))
                .containsExactly(
                        "NAME   VERSION   KIND    RANK   SIZE     AGE    USE",
                        "fast   1         style   4      3.1 MB AGE stable",
                        "fast   2         style   4      3.1 MB AGE canary 0.1",
                        "fast   3         style   4      3.1 MB AGE retired",
                        "ink    1         style   4      3.1 MB AGE",
                        "ink    2         style   4      3.1 MB AGE newest");
        assertThat(run("generation", "list").out().lines())
                .satisfiesExactly(
                        header -> assertThat(header).isEqualTo("ID   STATUS    STEPS   IMAGES   AGE    PROMPT"),
                        row -> assertThat(row).matches("g1   running   3/20    0        \\d+d +a star"));
    }

    @Test
    void anEmbeddingIsListedWithItsTriggerWord() {
        String embedding = "'rank':0,'textEncoder':'applied','embedding':{'triggerWord':'<toy>','vectors':4}";
        gateway.on("GET /v1/adapters", 200, "[{'name':'toy','versions':[" + version("toy", 1, embedding) + "]}]");
        assertThat(run("adapter", "list").out()).containsPattern("toy +1 +embedding <toy> +3\\.1 MB");
    }

    @Test
    void wideTablesHaveMoreColumns() {
        assertThat(run("workers", "-o", "wide").out()).contains("RESIDENT", "REASONS", "ink@1", "oil@2: why");
        assertThat(run("adapter", "list", "-o", "wide").out())
                .contains("SHA256", "ab".repeat(32), "0.900 (0.800)", "7 (16 samples)");
        assertThat(run("generation", "list", "--output", "wide").out()).contains("SAMPLER", "ddim", "64x64");
    }

    @Test
    void jsonIsTheGatewaysResponseUnchanged() {
        for (String[] option : new String[][] {{"-o", "json"}, {"--json"}, {"-o", "JSON"}}) {
            assertThat(run(Stream.concat(Stream.of("adapter", "list"), Stream.of(option))
                                    .toArray(String[]::new))
                            .out())
                    .isEqualToIgnoringNewLines(ADAPTERS.replace('\'', '"'));
        }
        assertThat(run("generation", "list", "-o", "json").out())
                .isEqualToIgnoringNewLines(GENERATIONS.replace('\'', '"'));
    }

    @Test
    void namesAreOneOnEachLine() {
        assertThat(run("workers", "-o", "name").out().lines()).containsExactly("w1");
        assertThat(run("adapter", "list", "-o", "name").out().lines())
                .containsExactly("fast@1", "fast@2", "fast@3", "ink@1", "ink@2");
        assertThat(run("generation", "list", "-o", "name").out().lines()).containsExactly("g1");
    }

    @Test
    void anEmptyListPrintsNothingOnStandardOutput() {
        gateway.on("GET /v1/workers", 200, "[]");

        CommandRun run = run("workers");

        assertThat(run.out()).isEmpty();
        assertThat(run.notes()).isEqualToIgnoringNewLines("no workers found");
        assertThat(run("workers", "-o", "json").out()).isEqualToIgnoringNewLines("[]");
    }

    @Test
    void generationsAreFilteredAndCancelled() {
        assertThat(run("generation", "list", "--status", "failed", "--limit", "5")
                        .exit())
                .isZero();
        assertThat(run("generation", "cancel", "g1").out()).isEqualToIgnoringNewLines("g1");

        assertThat(gateway.asked)
                .containsExactly("GET /v1/generations?limit=5&status=failed", "DELETE /v1/generations/g1");
    }

    @Test
    void waitingForAFailedGenerationFails() {
        assertThat(run("generation", "wait", "g1").exit()).isEqualTo(5);
        assertThat(run("generation", "wait", "unknown").exit()).isEqualTo(4);
        assertThat(run("generation", "download", "g1").exit()).isEqualTo(5);
    }

    private CommandRun run(String... arguments) {
        return CommandRun.of(Stream.concat(Stream.of(arguments), Stream.of("--url", gateway.url()))
                .toArray(String[]::new));
    }
}
