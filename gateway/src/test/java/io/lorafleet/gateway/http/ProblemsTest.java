// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.lorafleet.gateway.Images;
import io.lorafleet.messages.BlobKeys;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ProblemsTest extends GatewayTest {
    @ConfigProperty(name = "lorafleet.storage.directory")
    Path blobs;

    @Test
    void namesEveryFieldOutOfRange() {
        ValidatableResponse answer = post(Map.of("prompt", "a", "steps", 0, "count", 9, "width", 60));
        isProblem(answer, 400, "invalid-request");
        answer.body("instance", equalTo("/v1/generations"))
                .body("errors.field", contains("steps", "width", "count"))
                .body("errors[0].expected", equalTo("1 to 200"))
                .body("errors[0].found", equalTo("0"));
    }

    @Test
    void namesAnUnknownFieldAndTheKnownOnes() {
        ValidatableResponse answer = post("{\"prompt\":\"a\",\"cfg\":7}");
        isProblem(answer, 400, "invalid-request");
        answer.body("errors[0].field", equalTo("cfg"))
                .body(
                        "errors[0].expected",
                        containsString(
                                "guidanceScale, guidanceStart, height, initImage, keepUnmasked, longPrompt, mask, model, negativePrompt"));
    }

    @Test
    void namesTheFieldOfAnAdapterInAList() {
        ValidatableResponse unknown = post("{\"prompt\":\"a\",\"adapters\":[{\"adapter\":\"a\"},{\"weight\":1}]}");
        isProblem(unknown, 400, "invalid-request");
        unknown.body("errors[0].field", equalTo("adapters[1].weight"))
                .body("errors[0].expected", equalTo("one of adapter, scale"));
        post("{\"prompt\":\"a\",\"adapters\":[{\"scale\":\"much\"}]}")
                .body("errors[0].field", equalTo("adapters[0].scale"))
                .body("errors[0].expected", equalTo("a number"));
        post("{\"prompt\":\"a\",\"adapters\":\"ink\"}")
                .body("errors[0].field", equalTo("adapters"))
                .body("errors[0].expected", equalTo("a list"));
        post("{\"prompt\":\"a\",\"adapters\":[\"ink\"]}")
                .body("errors[0].field", equalTo("adapters[0]"))
                .body("errors[0].expected", equalTo("an object"));
    }

    @Test
    void namesAFieldOfAnotherType() {
        for (String value : new String[] {"\"many\"", "\"20\"", "2.5", "[]"}) {
            ValidatableResponse answer = post("{\"prompt\":\"a\",\"steps\":" + value + "}");
            isProblem(answer, 400, "invalid-request");
            answer.body("errors[0].field", equalTo("steps")).body("errors[0].expected", equalTo("an integer"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/generations | {'prompt': 'a', 'prompt': 'b'}",
                "/v1/unload_lora_adapter | {'lora_name': 'a', 'lora_name': 'b'}"
            })
    void refusesADuplicateField(String path, String body) {
        ValidatableResponse answer = given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then();
        isProblem(answer, 400, "invalid-request");
        answer.body("errors[0].expected", equalTo("each field once"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'prompt': 5} | a string",
                "{'prompt': true} | a string",
                "{'prompt': 'a \\u0000 star'} | Unicode text",
                "{'prompt': 'a \\ud83d star'} | Unicode text"
            })
    void refusesPromptsThatAreNotText(String body, String expected) {
        ValidatableResponse answer = given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post("/v1/generations")
                .then();
        isProblem(answer, 400, "invalid-request");
        answer.body("errors[0].field", equalTo("prompt")).body("errors[0].expected", equalTo(expected));
    }

    @Test
    void refusesABodyThatIsNotUtf8() {
        // The first bytes look like UTF-32, but the bytes after them are not a valid UTF-32 character.
        byte[] body = "\0\0\0{\"prompt\": \"a\"}".getBytes(StandardCharsets.UTF_8);
        ValidatableResponse answer = given().contentType("application/json")
                .body(body)
                .post("/v1/generations")
                .then();
        isProblem(answer, 400, "invalid-request");
        answer.body("errors[0].expected", equalTo("JSON in UTF-8"));
    }

    @Test
    void locatesInvalidJsonWithoutQuotingIt() {
        ValidatableResponse answer = post("{\"prompt\": a secret}");
        isProblem(answer, 400, "invalid-request");
        answer.body("detail", containsString("line 1, column ")).body(not(containsString("secret")));
        isProblem(post("[]"), 400, "invalid-request");
        isProblem(post("null"), 400, "invalid-request");
        isProblem(post(""), 400, "invalid-request");
    }

    @Test
    void refusesAnUnknownAdapter() {
        ValidatableResponse answer = post(Map.of("prompt", "a", "adapters", List.of(Map.of("adapter", "no-such"))));
        isProblem(answer, 422, "unknown-adapter");
        answer.body("detail", startsWith("adapters[0].adapter: expected "));
        isProblem(post(Map.of("prompt", "a", "adapter", "no-such")), 422, "unknown-adapter");
    }

    @Test
    void answersAllErrorsInOneForm() {
        isProblem(given().get("/v1/nothing-here").then(), 404, "not-found");
        isProblem(given().put("/v1/generations").then(), 405, "method-not-allowed");
        isProblem(
                given().contentType("text/plain")
                        .body("a")
                        .post("/v1/generations")
                        .then(),
                415,
                "unsupported-media-type");
        isProblem(given().accept("text/html").get("/v1/adapters").then(), 406, "not-acceptable");
    }

    @ParameterizedTest
    @CsvSource({
        "bm8gcGljdHVyZQ==, 0.6, initImage, a PNG or JPEG file, another format",
        "'no base64, a secret', 0.6, initImage, 'a PNG or JPEG file in base64, or a base64 data: URL',"
                + " 19 characters that are not base64",
        ", 0.6, strength, none without initImage, 0.6",
        "PNG, 0, strength, a number greater than 0 and at most 1, 0.0",
        "PNG, 2, strength, a number greater than 0 and at most 1, 2.0",
        "PNG, 0.01, strength * steps, at least 1, 0.01 * 20",
        "BOMB, 0.6, initImage, an image of at most 4194304 pixels, 30000 x 30000"
    })
    void namesInvalidFieldsOfImageToImage(
            String initImage, double strength, String field, String expected, String found) {
        Map<String, Object> body = new HashMap<>(Map.of("prompt", "a", "strength", strength));
        if (initImage != null) {
            body.put(
                    "initImage",
                    switch (initImage) {
                        case "PNG" -> Images.base64(Images.file("png", 64, 64));
                        case "BOMB" -> Images.base64(Images.bomb(30_000, 30_000));
                        default -> initImage;
                    });
        }
        ValidatableResponse answer = post(body);
        isProblem(answer, 400, "invalid-request");
        answer.body("errors", hasSize(1))
                .body("errors[0].field", equalTo(field))
                .body("errors[0].expected", equalTo(expected))
                .body("errors[0].found", equalTo(found))
                .body(not(containsString("secret")));
    }

    @Test
    void refusesAnInitImageWhoseFileIsTooLarge() {
        ValidatableResponse answer = post(Map.of("prompt", "a", "initImage", Images.base64(new byte[8_388_609])));
        isProblem(answer, 400, "invalid-request");
        answer.body("errors[0].found", equalTo("8388609 bytes"));
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        isProblem(post(Map.of("prompt", "a".repeat(13_000_000))), 413, "too-large");
        ValidatableResponse openAi = given().contentType("application/json")
                .body(Map.of("prompt", "a".repeat(2_000_000)))
                .post("/v1/images/generations")
                .then();
        isProblem(openAi, 413, "too-large");
    }

    /** A server may ignore the Upgrade header (RFC 9110, section 7.8). */
    @ParameterizedTest
    @ValueSource(strings = {"h2c", "HTTP/2.0, h2c", "websocket"})
    void answersARequestWithAnUpgradeHeader(String protocol) throws IOException {
        RawHttp.Answer answer =
                RawHttp.request("GET", "/v1/models").header("Upgrade", protocol).send(RestAssured.port);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("tiny-sd");
    }

    /** The client gets only an id, with which the operator can find the error in the log. */
    @Test
    void answersUnexpectedErrorsWithAnIdOnly() throws IOException {
        String id = submit(Map.of("prompt", "a"));
        worker.succeed(id);
        awaitStatus(id, "succeeded");
        Path image = blobs.resolve(BlobKeys.image(id, 0));
        Files.delete(image);
        Files.createDirectory(image); // a state that no blob store creates

        ValidatableResponse answer =
                given().get("/v1/generations/" + id + "/images/0").then();

        isProblem(answer, 500, "internal");
        answer.body("detail", matchesPattern("see the gateway's log for error [0-9a-f-]{36}"))
                .body(not(containsString(blobs.toString())));
    }
}
