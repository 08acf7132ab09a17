package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.Ports;
import io.lorafleet.messages.DeadLetter;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.GenerationFailed;
import io.lorafleet.messages.GenerationFinished;
import io.lorafleet.messages.GenerationProgress;
import io.lorafleet.messages.GenerationStarted;
import io.lorafleet.messages.GenerationSucceeded;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.StepDone;
import io.lorafleet.messages.Topic;
import io.lorafleet.standalone.GenerationView.Status;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a fleet promises on any broker: the packaged services, two workers and one partition. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FleetContract {
    private static final String PROMPT = "a large red star on a white background";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Long enough to do something to it meanwhile. */
    private static final int MANY_STEPS = 200;

    private static final Progress SILENT = new Progress.Lines(new PrintStream(OutputStream.nullOutputStream()));

    private final List<String> said = new CopyOnWriteArrayList<>();
    private Path model;
    private LocalFleet fleet;
    private GatewayClient gateway;
    private TopicRecords topics;

    /** @return where the broker is; null if the fleet is to run its own */
    abstract String startBroker();

    abstract void stopBroker();

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        Path root = Path.of(System.getProperty("lorafleet.root")).toRealPath();
        model = root.resolve("deploy/demo-model");
        fleet = new LocalFleet(
                new FleetSettings(root, data, model, Ports.free(), Ports.free(), startBroker(), 2, ""), said::add);
        fleet.start();
        gateway = new GatewayClient(fleet.gateway());
        topics = new TopicRecords(fleet.bootstrapServers());
    }

    @AfterAll
    void stop() {
        fleet.close();
        stopBroker();
    }

    @Test
    void drawsThePictureThatDiffusersDraws() throws Exception {
        GenerationView drawn = draw(order(PROMPT, 25));

        byte[] png = gateway.picture(drawn.images().get(0));
        assertThat(ExpectedPicture.read(model, "expected_pictures", "seed1234.image")
                        .psnr(png))
                .isGreaterThan(40);
    }

    /** With the settings of {@code expected_img2img.safetensors}. */
    @Test
    void drawsOverAnImageWhatDiffusersDrawsOverIt() throws Exception {
        byte[] redStar = ExpectedPicture.read(model, "expected_pictures", "seed1234.image")
                .png();
        NewGeneration order = new NewGeneration(
                "a large blue star on a white background",
                "red",
                Base64.getEncoder().encodeToString(redStar),
                0.6,
                null,
                5.0,
                20,
                SamplerName.DDIM,
                null,
                null,
                4321L,
                1,
                null,
                null);

        GenerationView drawn = draw(order);

        byte[] png = gateway.picture(drawn.images().get(0));
        assertThat(ExpectedPicture.read(model, "expected_img2img", "ddim.image").psnr(png))
                .isGreaterThan(40);
        assertThat(drawn.unetEvaluations()).isEqualTo(24);
    }

    @Test
    void drawsTheSameBytesForTheSameRequest() throws Exception {
        GenerationView first = draw(order("a small striped green square", 10));
        GenerationView second = draw(order("a small striped green square", 10));

        assertThat(first.id()).isNotEqualTo(second.id());
        assertThat(gateway.picture(first.images().get(0)))
                .isEqualTo(gateway.picture(second.images().get(0)));
    }

    @Test
    void twoWorkersShareOnePartition() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(submit(order(PROMPT, 25)));
        }

        for (String id : ids) {
            assertThat(follow(id).status()).isEqualTo(Status.SUCCEEDED);
        }

        assertThat(ids.stream().flatMap(id -> results(id).stream()).map(GenerationFinished::workerId))
                .hasSameSizeAs(ids)
                .contains("worker-1", "worker-2");
    }

    @Test
    void anotherWorkerFinishesTheJobOfAKilledOneAndThereIsOneResult() throws Exception {
        String id = submit(order(PROMPT, MANY_STEPS));
        awaitFirstStep(id);
        String killedId = worker(id);
        Process killed = fleet.process(killedId);

        killed.destroyForcibly();

        assertThat(follow(id).status()).isEqualTo(Status.SUCCEEDED);
        await().atMost(PATIENCE).until(() -> said.contains(killedId + " is back"));
        assertThat(fleet.process(killedId).pid()).isNotEqualTo(killed.pid());
        assertThat(results(id))
                .singleElement()
                .satisfies(result -> assertThat(result.workerId()).isNotEqualTo(killedId));
    }

    @Test
    void poisonEndsWithAReasonAndHoldsUpNobody() throws Exception {
        String good = json("poison-none", 64);
        Map<String, String> poison = new HashMap<>();
        poison.put("poison-not-json", "}{");
        poison.put("poison-size", json("poison-size", 66));
        poison.put(
                "poison-prompt",
                json("poison-prompt", 64).replace(PROMPT, "x".repeat(GenerateImage.MAX_PROMPT_LENGTH + 1)));
        poison.put("poison-null", null);

        topics.send(Topic.REQUESTS, poison);
        topics.send(Topic.REQUESTS, Map.of("poison-none", good));

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(reasons()).containsKeys(poison.keySet().toArray(String[]::new)));
        assertThat(reasons()).allSatisfy((id, reason) -> assertThat(reason).isNotBlank());
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(results("poison-none")).singleElement().isInstanceOf(GenerationSucceeded.class));
    }

    @Test
    void aJobCancelledInTheMiddleEndsAsCancelled() throws Exception {
        String id = submit(order(PROMPT, MANY_STEPS));
        awaitFirstStep(id);

        gateway.cancel(id);

        assertThat(follow(id).status()).isEqualTo(Status.CANCELLED);
    }

    @Test
    void refusesAnAdapterThatNobodyAdded() {
        NewGeneration order = new NewGeneration(
                PROMPT,
                null,
                null,
                null,
                List.of(new WantedAdapter("nobody", null)),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);

        assertThatThrownBy(() -> submit(order))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("adapter");
    }

    /** Everything that {@code expected_pictures.safetensors} was drawn with, but the prompt and the steps. */
    private static NewGeneration order(String prompt, int steps) {
        return new NewGeneration(
                prompt, "", null, null, null, 5.0, steps, SamplerName.DDIM, 64, 64, 1234L, 1, null, null);
    }

    private static String json(String id, int width) {
        GenerateImage command = new GenerateImage(
                id,
                PROMPT,
                "",
                null,
                List.of(),
                5,
                5,
                SamplerName.DDIM,
                width,
                64,
                7,
                1,
                null,
                Priority.INTERACTIVE,
                null,
                Instant.EPOCH);
        return new String(Json.write(command), StandardCharsets.UTF_8);
    }

    private String submit(NewGeneration order) throws InterruptedException {
        return gateway.generate(order, PATIENCE).id();
    }

    private GenerationView follow(String id) throws InterruptedException {
        return new Follower(gateway, SILENT).follow(id);
    }

    private GenerationView draw(NewGeneration order) throws InterruptedException {
        GenerationView drawn = follow(submit(order));
        assertThat(drawn.status()).isEqualTo(Status.SUCCEEDED);
        return drawn;
    }

    private void awaitFirstStep(String id) {
        await().atMost(PATIENCE).until(() -> progress(id).stream().anyMatch(StepDone.class::isInstance));
    }

    private String worker(String id) {
        return progress(id).stream()
                .filter(GenerationStarted.class::isInstance)
                .map(event -> ((GenerationStarted) event).workerId())
                .findFirst()
                .orElseThrow();
    }

    private List<GenerationProgress> progress(String id) {
        return topics.read(Topic.PROGRESS, GenerationProgress.class).stream()
                .filter(event -> event.requestId().equals(id))
                .toList();
    }

    private List<GenerationFinished> results(String id) {
        return topics.read(Topic.RESULTS, GenerationFinished.class).stream()
                .filter(event -> event.requestId().equals(id))
                .toList();
    }

    /** @return why requests were given up, by their ids */
    private Map<String, String> reasons() {
        Map<String, String> reasons = new HashMap<>();
        for (DeadLetter letter : topics.read(Topic.DEAD_LETTERS, DeadLetter.class)) {
            reasons.put(letter.requestId(), letter.reason());
        }
        for (GenerationFinished result : topics.read(Topic.RESULTS, GenerationFinished.class)) {
            if (result instanceof GenerationFailed failed) {
                reasons.put(failed.requestId(), failed.detail());
            }
        }
        return reasons;
    }
}
