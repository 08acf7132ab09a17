// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lorafleet.gateway.Images;
import io.lorafleet.gateway.http.problem.OpenAiPaths;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class OpenAiResourceTest extends GatewayTest {

    @Test
    void answersWithAnAbsoluteUrlOfTheImage() {
        String url = generate(
                        Map.of("prompt", "by url", "model", "tiny-sd", "quality", "hd", "response_format", "url"),
                        worker::succeed)
                .statusCode(200)
                .extract()
                .path("data[0].url");
        assertThat(url).startsWith("http://localhost:");
        assertThat(given().get(url).then().statusCode(200).extract().asByteArray())
                .isEqualTo(WorkerPeer.PNG);
    }

    @Test
    void answersWithAUrlOfAnotherFormat() {
        String url = generate(
                        Map.of("prompt", "by url of webp", "response_format", "url", "output_format", "webp"),
                        worker::succeed)
                .statusCode(200)
                .extract()
                .path("data[0].url");
        given().get(url).then().statusCode(200).contentType("image/webp");
    }

    @Test
    void answersWithTheImageItself() {
        generate(Map.of("prompt", "by value", "size", "128x64"), worker::succeed)
                .statusCode(200)
                .body("data[0].b64_json", equalTo(Base64.getEncoder().encodeToString(WorkerPeer.PNG)))
                .body("data[0].url", nullValue());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelsWhenTheClientDisconnects(boolean stream) {
        String prompt = "in vain, " + stream;
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(RestAssured.baseURI + ":" + RestAssured.port + OpenAiPaths.IMAGES))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.write(Map.of("prompt", prompt, "stream", stream))))
                .build();
        CompletableFuture<?> answer = HttpClient.newHttpClient().sendAsync(request, BodyHandlers.discarding());
        String id = WorkerPeer.await(
                        Topic.REQUESTS,
                        record -> Json.read(record.value(), GenerateImage.class)
                                .prompt()
                                .equals(prompt))
                .key();
        answer.cancel(true);
        assertThat(WorkerPeer.awaitRecord(Topic.CONTROL, id)).isNotNull();
    }

    @Test
    void reportsAFailedGeneration() {
        ValidatableResponse answer = generate(
                Map.of("prompt", "to fail"),
                id -> worker.fail(id, GenerationFailed.Reason.ATTEMPTS_EXHAUSTED, "gave up after 3"));
        isProblem(answer, 500, "generation-failed");
        answer.body("error.type", equalTo("server_error")).body("error.message", equalTo("gave up after 3"));
    }

    @Test
    void reportsACancelledGeneration() {
        isProblem(generate(Map.of("prompt", "to cancel"), worker::cancelled), 409, "cancelled");
    }

    @Test
    void reportsAnExpiredGeneration() {
        isProblem(generate(Map.of("prompt", "to expire"), worker::expired), 504, "expired");
    }

    @Test
    void answersAnUnknownModelInBothForms() {
        ValidatableResponse answer = send(Map.of("prompt", "a", "model", "dall-e-3"));
        isProblem(answer, 404, "model-not-found");
        answer.body("error.code", equalTo("model_not_found"))
                .body("error.type", equalTo("invalid_request_error"))
                .body("error.param", nullValue());
    }

    @Test
    void namesBadFieldsAsTheClientDoes() {
        ValidatableResponse answer = send(Map.of("prompt", "a", "num_inference_steps", 0));
        isProblem(answer, 400, "invalid-request");
        answer.body("error.param", equalTo("num_inference_steps"));
    }

    @ParameterizedTest
    @CsvSource({"size, large", "size, 60x64", "response_format, gif", "n, two"})
    void refusesWhatItCannotServe(String field, String value) {
        send(Map.of("prompt", "a", field, value)).statusCode(400).body("error.param", equalTo(field));
    }

    @ParameterizedTest
    @CsvSource({
        "prompt, image, one file",
        "image, prompt, a string",
        "image prompt mask=opaque, mask, a PNG file with at least one fully transparent pixel",
        "image image prompt, image, one file",
        "image prompt n=two, n, an integer",
        "image prompt mask=small, mask, '64 x 64 pixels, the size of the init image'",
        "image prompt strength=2, strength, a number greater than 0"
    })
    void refusesAnUnusableForm(String fields, String field, String expected) {
        RequestSpecification form = given();
        for (String each : fields.split(" ")) {
            switch (each) {
                case "image" -> form.multiPart("image", "a.png", Images.file("png", 64, 64));
                case "mask=opaque" -> form.multiPart("mask", "a.png", Images.file("png", 64, 64));
                case "mask=small" -> form.multiPart("mask", "a.png", Images.transparent(32, 32, 16));
                case "prompt" -> form.multiPart("prompt", "a");
                default -> form.multiPart(each.split("=")[0], each.split("=")[1]);
            }
        }
        ValidatableResponse answer = form.post(OpenAiPaths.EDITS).then();
        isProblem(answer, 400, "invalid-request");
        answer.body("error.param", equalTo(field)).body("error.message", startsWith(field + ": expected " + expected));
    }

    @Test
    void limitsTheSizeOfAForm() {
        byte[] large = new byte[10 << 20];
        ValidatableResponse answer = given().multiPart("image", "a.png", large)
                .post(OpenAiPaths.EDITS)
                .then();
        isProblem(answer, 413, "too-large");
        answer.body("detail", equalTo("body: expected at most 9437184 bytes of form data, found more"));
    }

    @ParameterizedTest
    @CsvSource({"POST, /v1/chat/completions, 404", "GET, /v1/images/edits, 405", "POST, /v1/images/other, 404"})
    void answersUnknownPathsInBothForms(String method, String path, int status) {
        given().request(method, path)
                .then()
                .statusCode(status)
                .body("type", startsWith("urn:lorafleet:problem:"))
                .body("error.type", equalTo("invalid_request_error"));
    }

    /** Sends a request, and lets the worker finish the request as soon as it is published. */
    static ValidatableResponse generate(Map<String, Object> request, Consumer<String> end) {
        CompletableFuture<ValidatableResponse> answer = CompletableFuture.supplyAsync(() -> send(request));
        end.accept(WorkerPeer.await(
                        Topic.REQUESTS,
                        record -> Json.read(record.value(), GenerateImage.class)
                                .prompt()
                                .equals(request.get("prompt")))
                .key());
        return answer.join();
    }

    private static ValidatableResponse send(Map<String, Object> request) {
        return given().contentType("application/json")
                .body(request)
                .post("/v1/images/generations")
                .then();
    }
}
