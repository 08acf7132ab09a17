// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.messages.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Uses a stub of the gateway. What becomes of a generation depends on its prompt: its ID is the prompt without spaces,
 * and prompts with "bad" are rejected, with "fail" fail, with "late" expire.
 */
class GenerateCommandTest {
    @TempDir
    private Path folder;

    private final InputStream input = System.in;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private StubGateway gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new StubGateway();
        gateway.on("POST /v1/generations", this::create);
    }

    @AfterEach
    void stop() {
        System.setIn(input);
        gateway.close();
    }

    @Test
    void printsTheFilesOnStandardOutputAndTheRestOnStandardError() throws IOException {
        CommandRun run = run("a star", "-o", folder.resolve("star.png").toString());

        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo(folder.resolve("star.png") + System.lineSeparator());
        assertThat(run.notes()).contains("seed 7, 1.5 s, 20 UNet evaluations, generation astar");
        assertThat(folder.resolve("star.png")).hasContent("image astar");
    }

    @Test
    void quietPrintsOnlyTheFiles() {
        CommandRun run = run("a star", "-q", "-o", folder.toString());

        assertThat(run.out()).isEqualTo(folder.resolve("a-star.png") + System.lineSeparator());
        assertThat(run.notes()).isEmpty();
    }

    @Test
    void filesThatAreNamedAfterThePromptNeverReplaceOthers() throws IOException {
        Files.writeString(folder.resolve("a-star.png"), "precious");

        CommandRun run = run("a star", "-o", folder.toString());

        assertThat(run.out())
                .isEqualToIgnoringNewLines(folder.resolve("a-star-2.png").toString());
        assertThat(folder.resolve("a-star.png")).hasContent("precious");
    }

    @ParameterizedTest
    @CsvSource({
        "star.jpg, , ?format=jpeg",
        "star.JPEG, , ?format=jpeg",
        "star.webp, 80, ?format=webp&quality=80",
        "star.png, , ''"
    })
    void theExtensionSetsTheFormat(String file, Integer quality, String query) {
        List<String> options =
                new ArrayList<>(List.of("a star", "-o", folder.resolve(file).toString()));
        if (quality != null) {
            options.addAll(List.of("--quality", quality.toString()));
        }

        assertThat(run(options.toArray(String[]::new)).exit()).isZero();

        assertThat(gateway.asked).contains("GET /v1/generations/astar/images/0" + query);
        assertThat(folder.resolve(file)).exists();
    }

    @ParameterizedTest
    @CsvSource({
        "-o star.gif, 'expected a folder, or a name that ends in .png, .jpg, .jpeg, .webp, found star.gif'",
        "-o star.png --format webp, '--format: expected png, the format of star.png, found webp'",
        "-o star.png --quality 90, '--quality: expected a JPEG or WebP file, found PNG'",
        "-o star.jpg --quality 101, '--quality: expected 0 to 100, found 101'"
    })
    void impossibleFilesAreRefusedBeforeARequestIsSent(String options, String problem) {
        CommandRun run = run(Stream.concat(Stream.of("a star"), Stream.of(options.split(" ")))
                .toArray(String[]::new));

        assertThat(run.exit()).isOne();
        assertThat(run.err()).contains(problem);
        assertThat(gateway.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a star, 0, ''",
        "bad words, 4, 'fleet: Invalid request: expected other words'",
        "fail now, 5, 'fleet: generation failnow failed (adapter-unusable): why'",
        "too late, 5, 'fleet: generation toolate expired before its images were generated'"
    })
    void theExitCodeSaysWhatBecameOfTheGeneration(String prompt, int exit, String error) {
        CommandRun run = run(prompt, "-q", "-o", folder.toString());

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.notes()).isEqualToIgnoringNewLines(error);
    }

    @Test
    void noGatewayHasItsOwnExitCode() {
        gateway.close();

        CommandRun run = run("a star", "-o", folder.toString());

        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.notes()).contains("no gateway is responding at " + gateway.url());
    }

    @Test
    void jsonIsTheGatewaysResponseUnchanged() {
        CommandRun run = run("a star", "--json", "-o", folder.toString());

        assertThat(run.out())
                .isEqualToIgnoringNewLines(status("astar", "succeeded").replace('\'', '"'));
    }

    @Test
    void aFileOfPromptsIsGeneratedInOrderWithBoundedConcurrency() throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "one\n\n  two \nthree\nfour\nfive\nsix\n");

        CommandRun run =
                run("--prompts", prompts.toString(), "--concurrency", "2", "-o", folder.toString(), "--steps", "5");

        assertThat(run.exit()).isZero();
        assertThat(run.out().lines())
                .containsExactly(Stream.of("1-one", "2-two", "3-three", "4-four", "5-five", "6-six")
                        .map(name -> folder.resolve(name + ".png").toString())
                        .toArray(String[]::new));
        assertThat(run.notes().lines().map(line -> line.substring(0, 5)))
                .containsExactly("[1/6]", "[2/6]", "[3/6]", "[4/6]", "[5/6]", "[6/6]");
        assertThat(mostRunning.get()).isEqualTo(2);
        assertThat(requests()).allMatch(request -> request.get("steps").asInt() == 5);
    }

    @Test
    void someFailuresAreAPartialFailureAndNameTheirLines() throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "one\nbad\nfail\n");

        CommandRun run = run("--prompts", prompts.toString(), "-o", folder.toString());

        assertThat(run.exit()).isEqualTo(6);
        assertThat(run.out())
                .isEqualToIgnoringNewLines(folder.resolve("1-one.png").toString());
        assertThat(run.notes().lines())
                .contains(
                        "fleet: [2/3] " + prompts + ":2: Invalid request: expected other words",
                        "fleet: [3/3] " + prompts + ":3: generation fail failed (adapter-unusable): why");
    }

    @Test
    void ifNothingSucceedsTheExitCodeIsThatOfTheFailures() throws IOException {
        Path rejected = Files.writeString(folder.resolve("rejected.txt"), "bad one\nbad two\n");
        Path mixed = Files.writeString(folder.resolve("mixed.txt"), "bad one\nfail\n");

        assertThat(run("--prompts", rejected.toString(), "-o", folder.toString())
                        .exit())
                .isEqualTo(4);
        assertThat(run("--prompts", mixed.toString(), "-o", folder.toString()).exit())
                .isEqualTo(5);
    }

    @Test
    void linesFromStandardInputCanSetFieldsOfTheRequest() {
        System.setIn(new ByteArrayInputStream(
                "{\"prompt\": \"one\", \"seed\": 9, \"sampler\": \"lcm\"}\ntwo\n".getBytes(StandardCharsets.UTF_8)));

        CommandRun run = run("--prompts", "-", "-o", folder.toString(), "--seed", "3", "--width", "64", "--json");

        assertThat(run.exit()).isZero();
        assertThat(run.out().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("{\"id\":\"").endsWith("}"));
        assertThat(requests())
                .satisfiesExactlyInAnyOrder(
                        first -> assertThat(first.toString())
                                .isEqualTo(
                                        "{\"prompt\":\"one\",\"adapters\":[],\"sampler\":\"lcm\",\"width\":64,\"seed\":9}"
                                                .replace(
                                                        "\"sampler\":\"lcm\",\"width\":64,\"seed\":9",
                                                        "\"width\":64,\"seed\":9,\"sampler\":\"lcm\"")),
                        second -> assertThat(second.toString())
                                .isEqualTo("{\"prompt\":\"two\",\"adapters\":[],\"width\":64,\"seed\":3}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"seed\": 9}|:2: expected a JSON object with the field prompt, found no prompt",
                "{\"prompt\": 9}|:2: expected a JSON object with the field prompt, found a prompt that is not a string",
                "{\"prompt\"|:2: expected a prompt or a JSON object, found malformed JSON"
            })
    void anInvalidLineIsRefusedBeforeARequestIsSent(String line, String problem) throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "one\n" + line + "\n");

        CommandRun run = run("--prompts", prompts.toString(), "-o", folder.toString());

        assertThat(run.exit()).isOne();
        assertThat(run.err()).isEqualToIgnoringNewLines("fleet: " + prompts + problem);
        assertThat(gateway.asked).isEmpty();
    }

    @Test
    void onePromptOrAFileOfPromptsIsNeeded() throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "one\ntwo\n");

        assertThat(run("a star", "--prompts", prompts.toString()).err()).contains("--prompts, found both");
        assertThat(run("--steps", "3").err()).contains("--prompts, found neither");
        assertThat(run("--prompts", prompts.toString(), "-o", "star.png").err())
                .contains("--output: expected a folder for several prompts, found the file star.png");
        assertThat(run("--prompts", folder.resolve("none").toString()).exit()).isOne();
    }

    @Test
    void retriesWhileTheQueueIsFull() {
        AtomicInteger attempts = new AtomicInteger();
        gateway.on(
                "POST /v1/generations",
                body -> attempts.incrementAndGet() == 1
                        ? new StubGateway.Response(429, "{'title':'The queue is full'}", "0")
                        : create(body));

        CommandRun run = run("a star", "-o", folder.toString());

        assertThat(run.exit()).isZero();
        assertThat(run.notes()).contains("the queue is full; next attempt in 0 s");
    }

    @Test
    void withoutWaitingItPrintsTheId() {
        CommandRun run = run("a star", "--no-wait");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualToIgnoringNewLines("astar");
        assertThat(gateway.asked).hasSize(1);
    }

    @Test
    void sendsControlNetsWithTheirFiles() throws IOException {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 1};
        Path drawing = Files.write(folder.resolve("one, two=2.png"), png);

        CommandRun run = run(
                "a house",
                "--control",
                "edges=" + drawing + ",scale=0.8,end=0.5",
                "--control",
                "depth=" + drawing,
                "--no-wait");

        assertThat(run.exit()).isZero();
        String image = Base64.getEncoder().encodeToString(png);
        assertThat(requests().get(0).get("controls"))
                .hasToString("[{\"name\":\"edges\",\"image\":\"" + image
                        + "\",\"scale\":0.8,\"end\":0.5},{\"name\":\"depth\",\"image\":\"" + image + "\"}]");
    }

    @ParameterizedTest
    @CsvSource({
        "edges, 2, 'expected NAME=FILE[,scale=X][,start=X][,end=X], found edges'",
        "'edges=none.png,scale=much', 2, 'expected a number as scale, found ''much'''",
        "'edges=none.png,scale=1,scale=1', 2, 'expected scale once, found it twice'",
        "edges=none.png, 1, '--control: file not found: none.png'"
    })
    void anUnusableControlIsRefusedBeforeARequestIsSent(String argument, int exit, String problem) {
        CommandRun run = run("a house", "--control", argument);

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.err()).contains(problem);
        assertThat(gateway.asked).isEmpty();
    }

    private StubGateway.Response create(String body) {
        String prompt = Json.read(body.getBytes(StandardCharsets.UTF_8), JsonNode.class)
                .get("prompt")
                .asText();
        if (prompt.contains("bad")) {
            return StubGateway.Response.of(400, "{'title':'Invalid request','detail':'expected other words'}");
        }
        String id = prompt.replace(" ", "");
        String status = prompt.contains("fail") ? "failed" : prompt.contains("late") ? "expired" : "succeeded";
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        gateway.on("GET /v1/generations/" + id + "/events", 200, "event: finished\ndata: {}\n\n");
        gateway.on("GET /v1/generations/" + id, 200, status(id, status));
        gateway.on("GET /v1/generations/" + id + "/images/0", asked -> {
            running.decrementAndGet();
            return StubGateway.Response.of(200, "image " + id);
        });
        return StubGateway.Response.of(202, "{'id':'" + id + "','status':'queued','images':[]}");
    }

    private static String status(String id, String status) {
        String end = status.equals("succeeded")
                ? ",'images':[{'index':0,'seed':7,'url':'/v1/generations/" + id
                        + "/images/0'}],'elapsed':'PT1.5S','unetEvaluations':20}"
                : ",'images':[],'failure':{'reason':'adapter-unusable','detail':'why'}}";
        return "{'id':'" + id + "','status':'" + status + "'" + end;
    }

    private List<JsonNode> requests() {
        return gateway.asked.stream()
                .filter(request -> request.startsWith("POST"))
                .map(request -> request.substring("POST /v1/generations ".length()))
                .map(body -> Json.read(body.getBytes(StandardCharsets.UTF_8), JsonNode.class))
                .toList();
    }

    private CommandRun run(String... options) {
        return CommandRun.of(Stream.of(new String[] {"generate", "--url", gateway.url()}, options)
                .flatMap(Stream::of)
                .toArray(String[]::new));
    }
}
