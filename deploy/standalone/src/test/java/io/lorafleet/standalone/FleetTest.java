// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lorafleet.standalone.cli.CommandRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class FleetTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static Stream<String> commands() {
        return namesBelow(Fleet.commandLine());
    }

    private static Stream<String> namesBelow(CommandLine command) {
        return Stream.concat(
                Stream.of(command.getCommandSpec().qualifiedName()),
                command.getSubcommands().values().stream().flatMap(FleetTest::namesBelow));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelp(String command) {
        String[] words = command.split(" ");
        words = Arrays.copyOfRange(words, 1, words.length + 1); // without "fleet"
        words[words.length - 1] = "--help";

        assertThat(run(words)).isZero();

        assertThat(out.toString()).startsWith("Usage: " + command + " ").contains("Shows this help and exits.");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasAnExampleThatIsCorrect(String command) {
        CommandLine found = Fleet.commandLine(CommandRun.NO_SETTINGS);
        for (String word : command.split(" ")) {
            found = word.equals("fleet") ? found : found.getSubcommands().get(word);
        }
        List<String> examples = Stream.of(found.getCommandSpec().usageMessage().footer())
                .flatMap(String::lines)
                .filter(line -> line.startsWith("  "))
                .toList();

        assertThat(examples).isNotEmpty().anyMatch(example -> example.contains(command));
        for (String example : examples) {
            // Without what only the shell reads.
            String line = example.replaceAll("\\$\\(.*\\)|<\\(.*\\)", "ID")
                    .replaceAll(" (\\||&&|<) .*|^.*=\\S+ fleet|source ID", "");
            String[] words = Pattern.compile("\"([^\"]*)\"|(\\S+)")
                    .matcher(line)
                    .results()
                    .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                    .toArray(String[]::new);
            if (words.length > 1) {
                Fleet.commandLine(CommandRun.NO_SETTINGS)
                        .parseArgs(Arrays.copyOfRange(words, words[0].equals("fleet") ? 1 : 0, words.length));
            }
        }
    }

    @Test
    void commandsAreFoundAtEveryLevel() {
        assertThat(commands()).contains("fleet", "fleet generate", "fleet adapter add", "fleet bench serve");
    }

    @Test
    void wrongUsageExitsWithTwo() {
        assertThat(run("up", "--prot", "80")).isEqualTo(2);
        assertThat(run("up", "--workers", "0")).isEqualTo(2);
        assertThat(run("generate", "a star", "-o", "star.png", "--sampler", "plms"))
                .isEqualTo(2);
        assertThat(run()).isEqualTo(2);
    }

    @Test
    void theVersionNamesTheCommitAndTheJavaRuntime() {
        assertThat(run("--version")).isZero();

        assertThat(out.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("fleet \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"),
                        line -> assertThat(line).matches("commit ([0-9a-f]{7,40}|unknown)"),
                        line -> assertThat(line)
                                .startsWith("Java " + Runtime.version())
                                .endsWith(System.getProperty("os.arch")));
    }

    @ParameterizedTest
    @CsvSource({
        "generat, unknown command: generat, generate",
        "adapter lits, unknown command: lits, list",
        "up --prot 80, unknown option: --prot, --port",
        "workers --output=jsn, '--output: expected one of table, wide, json, name, found jsn', json",
        "generate x --sampler eular, 'euler_ancestral, dpmpp_2m, dpmpp_2m_karras, dpmpp_3m_sde, dpmpp_sde, heun, deis,"
                + " lcm, tcd, pndm, unipc, found eular', euler"
    })
    void aTypingErrorGetsASuggestion(String line, String problem, String suggestion) {
        assertThat(run(line.split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains(problem).contains("Did you mean '" + suggestion + "'");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "generate x --steps many, '--steps: expected a whole number, found many'",
        "generate x --guidance-scale high, '--guidance-scale: expected a number, found high'",
        "workers now, unexpected argument: now",
        "xyzzy, unknown command: xyzzy"
    })
    void aMistakeWithoutASuggestionIsExplained(String line, String problem) {
        assertThat(run(line.split(" "))).isEqualTo(2);

        assertThat(err.toString()).startsWith("fleet: " + problem + System.lineSeparator() + "Run '");
    }

    @Test
    void hintsAndExamplesNameTheCommandThatTheUserRan() {
        System.setProperty("lorafleet.command", "deploy/fleet");
        try {
            assertThat(run("generation", "--help")).isZero();
            assertThat(run("generat")).isEqualTo(Exit.USAGE.code());
            assertThat(run("workers", "--url", "http://localhost:1")).isEqualTo(Exit.NO_GATEWAY.code());
        } finally {
            System.clearProperty("lorafleet.command");
        }
        assertThat(out.toString())
                .startsWith("Usage: deploy/fleet generation ")
                .contains("  deploy/fleet generation list");
        assertThat(err.toString()).contains("Run 'deploy/fleet --help'", "start a fleet with 'deploy/fleet up'");
    }

    @Test
    void theHelpShowsValuesInLowerCase() {
        run("generate", "--help");

        assertThat(out.toString())
                .contains("ddim, euler")
                .doesNotContain("DDIM")
                .doesNotContain("INTERACTIVE");
    }

    @Test
    void theHelpListsTheExitCodes() {
        run("--help");

        for (Exit exit : Exit.values()) {
            assertThat(out.toString()).containsPattern("\\s" + exit.code() + "\\s+\\p{Upper}");
        }
    }

    @Test
    void aStudentNeedsItsGuidance() {
        assertThat(run("adapter", "add", "name", "file", "--student")).isEqualTo(2);

        assertThat(err.toString()).contains("--guidance");
    }

    @Test
    void aRatingIsANumberOrAWord() {
        assertThat(run("feedback", "g1", "--rating", "splendid")).isEqualTo(2);

        assertThat(err.toString()).contains("expected up, down or a number from -1 to 1, found splendid");
    }

    @Test
    void feedbackNeedsAnImageOrAnOwner() {
        assertThat(run("feedback", "--rating", "up")).isEqualTo(2);
        assertThat(run("feedback", "withdraw")).isEqualTo(2);

        assertThat(err.toString()).contains("GENERATION_ID", "--owner");
    }

    @Test
    void aRouteNeedsToSaySomethingAndNoMoreThanOneThing() {
        assertThat(run("adapter", "route", "fast")).isEqualTo(2);
        assertThat(run("adapter", "route", "fast", "--newest", "--stable", "3")).isEqualTo(2);
        assertThat(run("adapter", "route", "fast", "--canary", "4")).isEqualTo(2);

        assertThat(err.toString()).contains("found neither", "found both", "--canary-share");
    }

    @Test
    void wrongAdaptersAndDeadlinesAreWrongUsage() {
        String[][] wrong = {
            {"--adapter", "ink=much"},
            {"--adapter-scale", "1"},
            {"--adapter", "ink=1", "--adapter-scale", "1"},
            {"--adapter", "ink", "--adapter", "oil", "--adapter-scale", "1"},
            {"--deadline", "soon"},
            {"--priority", "urgent"}
        };
        for (String[] options : wrong) {
            String[] image = {"generate", "a star"};
            assertThat(run(image, options)).as("%s", List.of(options)).isEqualTo(2);
        }
        assertThat(err.toString()).contains("expected NAME or NAME=SCALE", "such as 30s, found soon");
    }

    @Test
    void anExpectedProblemIsOneLineAndExitsWithOne() {
        Path missing = folder.resolve("missing");

        assertThat(run("generate", "a star", "-o", missing.resolve("star.png").toString()))
                .isEqualTo(1);

        assertThat(err.toString()).isEqualToIgnoringNewLines("fleet: --output: folder not found: " + missing);
    }

    @Test
    void optionsOfANewFleetAreRefusedForARunningFleet() throws IOException {
        String[] image = {"generate", "a star", "-o", folder.resolve("star.png").toString()};
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        gateway.start();
        try {
            String port = Integer.toString(gateway.getAddress().getPort());
            assertThat(run(image, "--port", port, "--model", folder.toString())).isEqualTo(2);
            assertThat(run(image, "--url", "http://localhost:1", "--workers", "2"))
                    .isEqualTo(2);
            assertThat(err.toString())
                    .contains("--model: has no effect on the fleet that is running at http://localhost:" + port)
                    .contains("--workers: has no effect on the fleet that is running at http://localhost:1");
        } finally {
            gateway.stop(0);
        }
    }

    @Test
    void theDataFolderIsTakenBeforeAnythingStarts() throws Exception {
        try (FileChannel held =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            held.lock();

            assertThat(run("up", "--data", folder.toString())).isEqualTo(1);

            assertThat(err.toString()).contains("is in use by another fleet").doesNotContain("\tat ");
            assertThat(folder.resolve("kafka")).doesNotExist();
        }
    }

    private int run(String[] command, String... options) {
        return run(Stream.of(command, options).flatMap(Arrays::stream).toArray(String[]::new));
    }

    private int run(String... args) {
        CommandLine fleet = Fleet.commandLine(CommandRun.NO_SETTINGS)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        return fleet.execute(args);
    }
}
