// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.lorafleet.gateway.Images;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class GenerationResourceTest extends GatewayTest {
    @TestHTTPResource
    private URI gateway;

    @Inject
    BlobStore blobs;

    @Test
    void publishesWithTheModelsDefaultsBeforeItResponds() {
        String id = post(Map.of("prompt", "a red circle", "seed", 7))
                .statusCode(202)
                .header("Location", containsString("/v1/generations/"))
                .extract()
                .path("id");
        GenerateImage request =
                Json.read(WorkerPeer.awaitRecord(Topic.REQUESTS, id).value(), GenerateImage.class);
        assertThat(request)
                .extracting(
                        GenerateImage::prompt,
                        GenerateImage::width,
                        GenerateImage::height,
                        GenerateImage::sampler,
                        GenerateImage::steps,
                        GenerateImage::guidanceScale,
                        GenerateImage::seed)
                .containsExactly("a red circle", 64, 64, SamplerName.DDIM, 20, 5.0, 7L);
    }

    @Test
    void showsAGenerationWithEverythingThatDecidesItsImages() {
        String id = submit(Map.of("prompt", "a red circle", "seed", 7, "steps", 4, "count", 2));
        given().get("/v1/generations/" + id)
                .then()
                .statusCode(200)
                .body("status", equalTo("queued"))
                .body("steps", equalTo(8))
                .body("request.prompt", equalTo("a red circle"))
                .body("request.sampler", equalTo("ddim"))
                .body("request.adapters", empty())
                .body("request.priority", equalTo("interactive"))
                .body("request.deadline", nullValue())
                .body("images", empty());
    }

    @Test
    void saysWhichPlaceAQueuedGenerationHas() {
        String first = submit(Map.of("prompt", "a red circle"));
        String second = submit(Map.of("prompt", "a blue circle"));
        await().untilAsserted(() -> assertThat(position(second)).isEqualTo(position(first) + 1)); // a kept forecast
        worker.start(first);
        awaitStatus(first, "running");
        given().get("/v1/generations/" + first).then().body("queuePosition", nullValue());
    }

    private static int position(String id) {
        return given().get("/v1/generations/" + id)
                .then()
                .body("queuePosition", notNullValue())
                .extract()
                .path("queuePosition");
    }

    @Test
    void reportsWhenItWasAcceptedStartedAndFinished() {
        String id = submit(Map.of("prompt", "a red circle"));
        Instant accepted = Json.read(WorkerPeer.awaitRecord(Topic.REQUESTS, id).value(), GenerateImage.class)
                .acceptedAt();
        given().get("/v1/generations/" + id)
                .then()
                .body("acceptedAt", equalTo(accepted.toString()))
                .body("startedAt", nullValue())
                .body("finishedAt", nullValue());
        Instant started = worker.start(id);
        awaitStatus(id, "running");
        given().get("/v1/generations/" + id)
                .then()
                .body("startedAt", equalTo(started.toString()))
                .body("finishedAt", nullValue());
        Instant finished = worker.cancelled(id);
        awaitStatus(id, "cancelled");
        given().get("/v1/generations/" + id)
                .then()
                .body("acceptedAt", equalTo(accepted.toString()))
                .body("startedAt", equalTo(started.toString()))
                .body("finishedAt", equalTo(finished.toString()));
    }

    @Test
    void acceptsRetriesWithTheSameKeyOnce() {
        Map<String, Object> body = Map.of("prompt", "a red circle", "steps", 4);
        ValidatableResponse first = post(body, "once").statusCode(202).header("Idempotent-Replayed", nullValue());
        String id = first.extract().path("id");
        worker.succeed(id);
        awaitStatus(id, "succeeded");
        post(body, "once")
                .statusCode(202)
                .header("Idempotent-Replayed", "true")
                .body("id", equalTo(id))
                .body("status", equalTo("succeeded"));
        isProblem(post(Map.of("prompt", "a blue circle"), "once"), 422, "idempotency-key-reused");
        isProblem(post(body, "k".repeat(256)), 400, "invalid-request");
    }

    private static ValidatableResponse post(Map<String, Object> body, String key) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(body)
                .post("/v1/generations")
                .then();
    }

    @Test
    void listsGenerationsPageByPage() {
        String old = submit(Map.of("prompt", "the old one", "priority", "batch"));
        String middle = submit(Map.of("prompt", "the middle one", "priority", "batch"));
        String newest = submit(Map.of("prompt", "the newest"));
        worker.cancelled(middle);
        awaitStatus(middle, "cancelled");
        String next = list("limit=2")
                .statusCode(200)
                .body("generations.id", equalTo(List.of(newest, middle)))
                .extract()
                .path("next");
        list("limit=1&after=" + next).body("generations.id", equalTo(List.of(old)));
        list("limit=1&priority=batch&status=queued").body("generations.id", equalTo(List.of(old)));
        list("adapter=no-such-one").body("generations", empty()).body("next", nullValue());
    }

    @Test
    void namesInvalidFilters() {
        ValidatableResponse answer = list("status=done&priority=high&limit=many&after=later");
        isProblem(answer, 400, "invalid-request");
        answer.body("errors.field", equalTo(List.of("status", "priority", "limit", "after")));
        isProblem(list("limit=201"), 400, "invalid-request");
    }

    private static ValidatableResponse list(String query) {
        return given().get("/v1/generations?" + query).then();
    }

    @Test
    void publishesReferencesToTheInitImageAndItsMask() throws IOException {
        byte[] png = Images.file("png", 75, 50);
        byte[] mask = Images.mask(75, 50, 30, 0);
        String sha256 = Sha256.of(png);
        ValidatableResponse answer = post(Map.of(
                "prompt",
                "a red circle",
                "initImage",
                "data:image/png;base64," + Images.base64(png),
                "strength",
                0.6,
                "mask",
                Images.base64(mask),
                "keepUnmasked",
                true,
                "count",
                2));
        answer.statusCode(202)
                .body("steps", equalTo(24))
                .body("request.initImage", equalTo(sha256))
                .body("request.strength", equalTo(0.6f))
                .body("request.width", equalTo(72))
                .body("request.height", equalTo(48))
                .body("request.mask", equalTo(Sha256.of(mask)))
                .body("request.keepUnmasked", equalTo(true))
                .body(not(containsString(Images.base64(png))));
        String id = answer.extract().path("id");
        byte[] record = WorkerPeer.awaitRecord(Topic.REQUESTS, id).value();
        assertThat(Json.read(record, GenerateImage.class).initImage())
                .isEqualTo(new InitImage(sha256, 0.6, new InitImageMask(Sha256.of(mask), true)));
        assertThat(blobs.get(BlobKeys.initImage(sha256))).contains(png);
        assertThat(blobs.get(BlobKeys.initImage(Sha256.of(mask)))).contains(mask);
    }

    @Test
    void publishesReferencesToTheControlNetsAndTheirImages() throws IOException {
        byte[] drawing = Images.file("png", 96, 64);
        String sha256 = Sha256.of(drawing);
        ValidatableResponse answer = post(Map.of(
                "prompt",
                "a red circle",
                "controls",
                List.of(Map.of("name", "edges", "image", Images.base64(drawing), "scale", 0.8, "end", 0.5))));
        answer.statusCode(202)
                .body("request.controls.name", contains("edges"))
                .body("request.controls[0].sha256", equalTo(WorkerPeer.SHA))
                .body("request.controls[0].image", equalTo(sha256))
                .body("request.controls[0].scale", equalTo(0.8f))
                .body("request.controls[0].start", equalTo(0f))
                .body("request.controls[0].end", equalTo(0.5f))
                .body("request.width", equalTo(96))
                .body(not(containsString(Images.base64(drawing))));
        String id = answer.extract().path("id");
        byte[] record = WorkerPeer.awaitRecord(Topic.REQUESTS, id).value();
        assertThat(Json.read(record, GenerateImage.class).controls())
                .containsExactly(new AppliedControlNet(WorkerPeer.EDGES, sha256, 0.8, 0, 0.5));
        assertThat(blobs.get(BlobKeys.initImage(sha256))).contains(drawing);
    }

    @Test
    void publishesBatchRequestsToTheBatchTopic() {
        String id = post(Map.of("prompt", "a", "priority", "batch", "deadline", "2126-01-02T03:04:05Z"))
                .statusCode(202)
                .body("request.priority", equalTo("batch"))
                .body("request.deadline", equalTo("2126-01-02T03:04:05Z"))
                .extract()
                .path("id");
        GenerateImage request =
                Json.read(WorkerPeer.awaitRecord(Topic.BATCH_REQUESTS, id).value(), GenerateImage.class);
        assertThat(request.priority()).isEqualTo(Priority.BATCH);
        assertThat(request.deadline()).isEqualTo(Instant.parse("2126-01-02T03:04:05Z"));
    }

    @Test
    void followsRequestsThatAnotherGatewayPublished() {
        for (Topic topic : List.of(Topic.REQUESTS, Topic.BATCH_REQUESTS)) {
            String id = submit(Map.of("prompt", "a"));
            byte[] record = WorkerPeer.awaitRecord(Topic.REQUESTS, id).value();
            String copy = "copy-of-" + id;
            worker.send(topic, copy, new String(record, UTF_8).replace(id, copy).getBytes(UTF_8));
            awaitStatus(copy, "queued");
        }
    }

    @Test
    void showsAnExpiredGeneration() {
        String id = submit(Map.of("prompt", "a"));
        worker.expired(id);
        awaitStatus(id, "expired");
    }

    @Test
    void describesImageToImage() {
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .body("components.schemas.GenerationRequest.properties.initImage.description", containsString("base64"))
                .body("components.schemas.GenerationRequest.properties.strength.description", containsString("0.8"));
    }

    @Test
    void streamsAGenerationToItsEndAndServesItsImage() throws Exception {
        String id = submit(Map.of("prompt", "a red circle", "steps", 2));
        HttpResponse<Stream<String>> events = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(gateway.resolve("/v1/generations/" + id + "/events"))
                                .build(),
                        HttpResponse.BodyHandlers.ofLines());
        assertThat(events.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        worker.start(id);
        worker.step(id, 1, 2);
        worker.step(id, 2, 2);
        // Results and progress are in different topics: a result may arrive before a step that was sent earlier.
        await().untilAsserted(() -> given().get("/v1/generations/" + id).then().body("step", equalTo(2)));
        worker.succeed(id);
        List<String> lines = events.body().filter(line -> !line.isEmpty()).toList();
        assertThat(lines)
                .filteredOn(line -> line.startsWith("event:"))
                .containsExactly("event:queued", "event:started", "event:step", "event:step", "event:finished");
        assertThat(lines)
                .contains("data:{\"workerId\":\"w1\"}")
                .last()
                .asString()
                .contains("\"succeeded\"");

        String image = given().get("/v1/generations/" + id)
                .then()
                .body("elapsed", equalTo("PT1.5S"))
                .body("unetEvaluations", equalTo(40))
                .body("tokens.prompt.used", equalTo(75))
                .body("tokens.prompt.cut", equalTo(12))
                .body("tokens.negativePrompt.cut", equalTo(0))
                .body("request.longPrompt", equalTo(null))
                .body("request.promptWeights", equalTo(false))
                .body("request.clipSkip", equalTo(0))
                .body("images[0].seed", equalTo(7))
                .extract()
                .path("images[0].url");
        byte[] png = given().get(image)
                .then()
                .statusCode(200)
                .contentType("image/png")
                .header("ETag", equalTo('"' + Sha256.of(WorkerPeer.PNG) + '"'))
                .header("Cache-Control", equalTo("private, immutable, max-age=31536000"))
                .extract()
                .asByteArray();
        assertThat(png).isEqualTo(WorkerPeer.PNG);
        given().header("If-None-Match", '"' + Sha256.of(WorkerPeer.PNG) + '"')
                .get(image)
                .then()
                .statusCode(304);
        isProblem(given().get("/v1/generations/" + id + "/images/1").then(), 404, "not-found");
        await().untilAsserted(() ->
                given().get("/q/metrics").then().body(containsString("lorafleet_event_streams_open 0.0")));
    }

    @Test
    void streamsPreviews() throws Exception {
        String id = submit(Map.of("prompt", "a red circle", "steps", 4));
        byte[] jpeg = Images.file("jpeg", 8, 8);
        HttpResponse<Stream<String>> events = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(gateway.resolve("/v1/generations/" + id + "/events"))
                                .build(),
                        HttpResponse.BodyHandlers.ofLines());
        worker.step(id, 1, 4, jpeg);
        worker.step(id, 2, 4);
        worker.cancelled(id);
        assertThat(events.body())
                .contains(
                        "data:{\"step\":1,\"steps\":4,\"preview\":{\"image\":0,\"jpeg\":\"" + Images.base64(jpeg)
                                + "\"}}",
                        "data:{\"step\":2,\"steps\":4}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "webp"})
    void servesAnImageInOtherFormats(String format) throws IOException {
        String id = submit(Map.of("prompt", "a red circle"));
        worker.succeed(id);
        awaitStatus(id, "succeeded");
        String path = "/v1/generations/" + id + "/images/0?format=" + format;
        byte[] fine = image(path, "image/" + format);
        byte[] coarse = image(path + "&quality=10", "image/" + format);
        assertThat(fine).hasSizeGreaterThan(coarse.length);
        BufferedImage image = Images.read(fine);
        assertThat(image.getWidth()).isEqualTo(64);
        assertThat(new Color(image.getRGB(32, 32)).getRed())
                .isCloseTo(new Color(Images.read(WorkerPeer.PNG).getRGB(32, 32)).getRed(), within(30));
    }

    /** Clients and caches can keep an image for a year, so a damaged one must not reach them. */
    @Test
    void doesNotServeADamagedImage() throws IOException {
        String id = submit(Map.of("prompt", "a red circle"));
        worker.succeed(id);
        awaitStatus(id, "succeeded");
        byte[] damaged = {1, 2, 3};
        blobs.delete(BlobKeys.image(id, 0));
        blobs.putIfAbsent(BlobKeys.image(id, 0), damaged);
        for (String format : List.of("png", "jpeg")) {
            ValidatableResponse answer = given().get("/v1/generations/" + id + "/images/0?format=" + format)
                    .then();
            isProblem(answer, 500, "damaged-image");
            answer.body(
                    "detail",
                    equalTo(BlobKeys.image(id, 0) + ": expected SHA-256 " + Sha256.of(WorkerPeer.PNG) + ", found "
                            + Sha256.of(damaged)));
        }
    }

    private static byte[] image(String path, String mediaType) {
        return given().get(path)
                .then()
                .statusCode(200)
                .contentType(mediaType)
                .extract()
                .asByteArray();
    }

    @Test
    void refusesUnknownFormats() {
        ValidatableResponse answer = given().get("/v1/generations/any/images/0?format=gif&quality=101")
                .then();
        isProblem(answer, 400, "invalid-request");
        answer.body("errors.field", equalTo(List.of("format", "quality")));
    }

    @Test
    void reportsWhyAGenerationFailed() {
        String id = submit(Map.of("prompt", "a red circle"));
        worker.fail(id, GenerationFailed.Reason.ADAPTER_UNUSABLE, "expected rank 4, found 8");
        awaitStatus(id, "failed");
        given().get("/v1/generations/" + id)
                .then()
                .body("failure.reason", equalTo("adapter-unusable"))
                .body("failure.detail", equalTo("expected rank 4, found 8"));
    }

    @Test
    void dropsASecondResult() {
        String id = submit(Map.of("prompt", "a red circle"));
        worker.succeed(id);
        worker.fail(id, GenerationFailed.Reason.ATTEMPTS_EXHAUSTED, "a late word of another worker");
        await().untilAsserted(() -> given().get("/q/metrics")
                .then()
                .body(containsString("lorafleet_generations_duplicate_results_total 1.0")));
        given().get("/v1/generations/" + id).then().body("status", equalTo("succeeded"));
    }

    @Test
    void cancelsAGeneration() {
        String id = submit(Map.of("prompt", "a red circle"));
        given().delete("/v1/generations/" + id).then().statusCode(202).body("cancelling", equalTo(true));
        assertThat(Json.read(WorkerPeer.awaitRecord(Topic.CONTROL, id).value(), CancelGeneration.class))
                .isEqualTo(new CancelGeneration(id));
        worker.cancelled(id);
        awaitStatus(id, "cancelled");
        isProblem(given().delete("/v1/generations/" + id).then(), 409, "already-finished");
    }

    @Test
    void skipsRecordsThatAreNoMessages() {
        worker.send(Topic.RESULTS, "bad", "{\"type\":\"succeeded\"}".getBytes(UTF_8));
        worker.send(Topic.RESULTS, "empty", (byte[]) null);
        String id = submit(Map.of("prompt", "a red circle"));
        worker.succeed(id);
        awaitStatus(id, "succeeded");
    }

    @Test
    void findsNothingUnderAnUnknownId() {
        isProblem(given().get("/v1/generations/unknown").then(), 404, "not-found");
        isProblem(given().get("/v1/generations/unknown/events").then(), 404, "not-found");
        isProblem(given().get("/v1/generations/unknown/images/0").then(), 404, "not-found");
        isProblem(given().delete("/v1/generations/unknown").then(), 404, "not-found");
    }
}
