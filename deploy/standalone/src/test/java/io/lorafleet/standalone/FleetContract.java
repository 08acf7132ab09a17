// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.standalone.bench.PngReader;
import io.lorafleet.standalone.bench.engine.RandomAdapter;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.GenerationStatus.Status;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.ScaledAdapter;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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

/** Tests of a fleet that must pass with any broker: the packaged services, two workers and one partition. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FleetContract {
    private static final String PROMPT = "a large red star on a white background";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    /** Enough steps to interfere with a running generation. */
    private static final int MANY_STEPS = 200;
    /** Long enough to send several other requests. */
    private static final int FEW_STEPS = 10;
    /** More than the slots of a worker, so that both workers must process requests. */
    private static final int MORE_THAN_ONE_WORKER_HOLDS = 16;

    private final List<String> said = new CopyOnWriteArrayList<>();
    private Path model;
    private LocalFleet fleet;
    private GatewayClient gateway;
    private TopicRecords topics;

    /** @return the broker's bootstrap address */
    abstract String startBroker() throws Exception;

    abstract void stopBroker();

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        Path root = Path.of(System.getProperty("lorafleet.root")).toRealPath();
        model = root.resolve("deploy/demo-model");
        fleet = new LocalFleet(
                new FleetSettings(root, data, model, Ports.free(), Ports.free(), startBroker(), 2, "", null),
                said::add);
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
    void drawsTheImageThatDiffusersDraws() throws Exception {
        GenerationStatus drawn = draw(request(PROMPT, 25));

        byte[] png = gateway.image(drawn.images().get(0));
        assertThat(ExpectedImage.read(model, "expected_images", "seed1234.image")
                        .psnr(png))
                .isGreaterThan(40);
    }

    /** Uses the settings of {@code expected_img2img.safetensors}. */
    @Test
    void drawsOverAnImageWhatDiffusersDrawsOverIt() throws Exception {
        byte[] redStar =
                ExpectedImage.read(model, "expected_images", "seed1234.image").png();
        NewGeneration request = NewGeneration.of("a large blue star on a white background")
                .negativePrompt("red")
                .initImage(Base64.getEncoder().encodeToString(redStar))
                .strength(0.6)
                .guidanceScale(5.0)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .seed(4321L)
                .count(1)
                .build();

        GenerationStatus drawn = draw(request);

        byte[] png = gateway.image(drawn.images().get(0));
        assertThat(ExpectedImage.read(model, "expected_img2img", "ddim.image").psnr(png))
                .isGreaterThan(40);
        assertThat(drawn.unetEvaluations()).isEqualTo(24);
    }

    @Test
    void drawsTheSameBytesForTheSameRequest() throws Exception {
        GenerationStatus first = draw(request("a small striped green square", 10));
        GenerationStatus second = draw(request("a small striped green square", 10));

        assertThat(first.id()).isNotEqualTo(second.id());
        assertThat(gateway.image(first.images().get(0)))
                .isEqualTo(gateway.image(second.images().get(0)));
    }

    @Test
    void twoWorkersShareOnePartition() throws Exception {
        List<String> ids = submit(MORE_THAN_ONE_WORKER_HOLDS, request(PROMPT, FEW_STEPS));

        awaitSuccess(ids);

        assertThat(results(ids))
                .hasSameSizeAs(ids)
                .extracting(GenerationFinished::workerId)
                .contains("worker-1", "worker-2");
    }

    @Test
    void aWorkerLeavesAndOneJoinsUnderLoad() throws Exception {
        List<String> ids = submit(30, request(PROMPT, FEW_STEPS));
        await().atMost(TIMEOUT).until(() -> !results(ids).isEmpty());
        long returns = restarts("worker-1");

        fleet.process("worker-1").destroy();

        await().atMost(TIMEOUT).until(() -> restarts("worker-1") > returns);
        Instant back = Instant.now();
        do { // Repeats only if the other worker was faster while this worker joined the group.
            List<String> more = submit(10, request(PROMPT, FEW_STEPS));
            awaitSuccess(more);
            ids.addAll(more);
        } while (results(ids).stream()
                        .noneMatch(result -> result.workerId().equals("worker-1")
                                && result.at().isAfter(back))
                && Instant.now().isBefore(back.plus(TIMEOUT)));
        awaitSuccess(ids);
        assertThat(results(ids)).extracting(GenerationFinished::requestId).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(results(ids)).anySatisfy(result -> {
            assertThat(result.workerId()).isEqualTo("worker-1");
            assertThat(result.at()).isAfter(back);
        });
    }

    @Test
    void requestsGetEachNewVersionAndNoneFails(@TempDir Path folder) throws Exception {
        List<String> ids = new ArrayList<>();
        List<Integer> newest = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            if (i % 4 == 0) {
                publish("renewed", i, folder);
            }
            newest.add(1 + i / 4);
            ids.add(submit(orderFrom("renewed", i)));
        }

        awaitSuccess(ids);

        assertThat(ids)
                .extracting(this::adapter)
                .isEqualTo(newest.stream().map(version -> "renewed@" + version).toList());
        List<String> again = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            again.add(submit(orderFrom(adapter(ids.get(i)), i)));
        }
        awaitSuccess(again);
        List<Double> psnrs = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            psnrs.add(PngReader.psnr(image(ids.get(i)), image(again.get(i))));
        }
        // In a batch of a different size, sums can be rounded in a different order.
        assertThat(psnrs).allMatch(psnr -> psnr > 50);
        String versionBefore = submit(orderFrom("renewed@4", 19));
        awaitSuccess(List.of(versionBefore));
        assertThat(PngReader.psnr(image(versionBefore), image(ids.get(19)))).isLessThan(45);
    }

    /** The broker can give the request to the other worker or to the restarted one. */
    @Test
    void aJobOfAKilledWorkerIsStartedAgainAndThereIsOneResult() throws Exception {
        String id = submit(request(PROMPT, MANY_STEPS));
        awaitFirstStep(id);
        String killedId = worker(id);
        Process killed = fleet.process(killedId);
        long returns = restarts(killedId);

        killed.destroyForcibly();

        assertThat(follow(id).status()).isEqualTo(Status.SUCCEEDED);
        await().atMost(TIMEOUT).until(() -> restarts(killedId) > returns);
        assertThat(fleet.process(killedId).pid()).isNotEqualTo(killed.pid());
        assertThat(progress(id).stream().filter(GenerationStarted.class::isInstance))
                .hasSizeGreaterThanOrEqualTo(2);
        assertThat(results(id)).hasSize(1);
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

        await().atMost(TIMEOUT)
                .untilAsserted(
                        () -> assertThat(reasons()).containsKeys(poison.keySet().toArray(String[]::new)));
        assertThat(reasons()).allSatisfy((id, reason) -> assertThat(reason).isNotBlank());
        await().atMost(TIMEOUT)
                .untilAsserted(() ->
                        assertThat(results("poison-none")).singleElement().isInstanceOf(GenerationSucceeded.class));
    }

    @Test
    void aJobCancelledInTheMiddleEndsAsCancelled() throws Exception {
        String id = submit(request(PROMPT, MANY_STEPS));
        awaitFirstStep(id);

        gateway.cancel(id);

        assertThat(follow(id).status()).isEqualTo(Status.CANCELLED);
    }

    @Test
    void refusesAnAdapterThatNobodyAdded() {
        NewGeneration request = NewGeneration.of(PROMPT)
                .adapters(List.of(new ScaledAdapter("nobody", null)))
                .build();

        assertThatThrownBy(() -> submit(request))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("adapter");
    }

    /** The settings of {@code expected_images.safetensors}, except for the prompt and the steps. */
    private static NewGeneration request(String prompt, int steps) {
        return NewGeneration.of(prompt)
                .negativePrompt("")
                .guidanceScale(5.0)
                .steps(steps)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(1234L)
                .count(1)
                .build();
    }

    /** A generation with a student and its own seed. */
    private static NewGeneration orderFrom(String adapter, long seed) {
        return NewGeneration.of(PROMPT)
                .negativePrompt("")
                .adapters(List.of(new ScaledAdapter(adapter, null)))
                .guidanceScale(5.0)
                .steps(FEW_STEPS)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(seed)
                .count(1)
                .build();
    }

    private static String json(String id, int width) {
        GenerateImage command = GenerateImage.builder(id, Instant.EPOCH)
                .prompt(PROMPT)
                .guidanceScale(5)
                .steps(5)
                .sampler(SamplerName.DDIM)
                .size(width, 64)
                .seed(7)
                .build();
        return new String(Json.write(command), StandardCharsets.UTF_8);
    }

    private String submit(NewGeneration request) throws InterruptedException {
        return gateway.generate(request, TIMEOUT).id();
    }

    private List<String> submit(int count, NewGeneration request) throws InterruptedException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(submit(request));
        }
        return ids;
    }

    private void awaitSuccess(List<String> ids) throws InterruptedException {
        for (String id : ids) {
            assertThat(follow(id).status()).isEqualTo(Status.SUCCEEDED);
        }
    }

    /** Publishes the next version of a student, with different random weights. */
    private void publish(String adapter, long seed, Path folder) throws Exception {
        byte[] weights = RandomAdapter.file(RandomAdapter.shapes(model), 4, RandomAdapter.STRONG, seed);
        gateway.addAdapter(adapter, Files.write(folder.resolve("adapter.safetensors"), weights), 5.0);
    }

    private byte[] image(String id) throws InterruptedException {
        return gateway.image(gateway.generation(id).value().images().get(0));
    }

    /** @return {@code NAME@VERSION} of the only adapter of a generation */
    private String adapter(String id) {
        try {
            byte[] generation = gateway.generation(id).json().getBytes(StandardCharsets.UTF_8);
            JsonNode adapter = Json.read(generation, JsonNode.class).at("/request/adapters/0");
            return adapter.path("name").asText() + "@" + adapter.path("version").asInt();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return how often a service has restarted */
    private long restarts(String service) {
        return said.stream().filter((service + " has restarted")::equals).count();
    }

    private GenerationStatus follow(String id) throws InterruptedException {
        return new GenerationFollower(gateway, GenerationFollower.Progress.NONE)
                .follow(id)
                .value();
    }

    private GenerationStatus draw(NewGeneration request) throws InterruptedException {
        GenerationStatus drawn = follow(submit(request));
        assertThat(drawn.status()).isEqualTo(Status.SUCCEEDED);
        return drawn;
    }

    private void awaitFirstStep(String id) {
        await().atMost(TIMEOUT).until(() -> progress(id).stream().anyMatch(StepDone.class::isInstance));
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
        return results(List.of(id));
    }

    private List<GenerationFinished> results(List<String> ids) {
        return topics.read(Topic.RESULTS, GenerationFinished.class).stream()
                .filter(event -> ids.contains(event.requestId()))
                .toList();
    }

    /** @return the reasons for dead letters, by request ID */
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
