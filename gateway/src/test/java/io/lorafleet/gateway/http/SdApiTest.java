// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;

import io.lorafleet.gateway.Images;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class SdApiTest extends GatewayTest {
    @Test
    void generatesAnImage() {
        ValidatableResponse answer = meanwhile(
                "txt2img",
                Map.of("prompt", "a web star", "seed", 7, "steps", 3, "sampler_name", "Euler a"),
                "a web star");
        answer.statusCode(200)
                .body("images[0]", equalTo(Base64.getEncoder().encodeToString(WorkerPeer.PNG)))
                .body("parameters.steps", equalTo(3))
                .body("info", containsString("\"sampler_name\":\"Euler a\""));
    }

    @Test
    void repaintsAnImage() {
        String image = Images.base64(Images.file("png", 72, 64));
        ValidatableResponse answer = meanwhile(
                "img2img",
                Map.of(
                        "prompt",
                        "a web ring",
                        "init_images",
                        List.of(image),
                        "mask",
                        Images.base64(Images.mask(72, 64, 32, 0)),
                        "denoising_strength",
                        0.5),
                "a web ring");
        answer.statusCode(200)
                .body("info", containsString("mask_blur 4 was ignored"))
                .body("parameters.denoising_strength", equalTo(0.5f));
        assertThat(answer.extract().asString()).doesNotContain(image);
    }

    @Test
    void interruptsTheCallersGenerations() {
        CompletableFuture<ValidatableResponse> answer =
                CompletableFuture.supplyAsync(() -> send("txt2img", Map.of("prompt", "a web heart")));
        String id = await("a web heart");
        worker.start(id);
        worker.step(id, 5, 20, Images.file("jpeg", 8, 8));
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> given().get("/sdapi/v1/progress")
                        .then()
                        .body("progress", equalTo(0.25f))
                        .body("state.sampling_steps", greaterThan(0))
                        .body("current_image", equalTo(Images.base64(Images.file("jpeg", 8, 8)))));
        given().post("/sdapi/v1/interrupt").then().statusCode(200);
        assertThat(WorkerPeer.awaitRecord(Topic.CONTROL, id)).isNotNull();
        worker.cancelled(id);
        answer.join().statusCode(200).body("images", equalTo(List.of()));
        given().get("/sdapi/v1/progress").then().body("progress", equalTo(0.0f));
    }

    @Test
    void namesFieldsAsTheWebUiDoes() {
        ValidatableResponse answer = send("txt2img", Map.of("prompt", "a", "cfg_scale", 0.5));
        isProblem(answer, 400, "invalid-request");
        answer.body("detail", containsString("cfg_scale: expected 1.0 to 50.0"));
        ValidatableResponse unknown = send("txt2img", Map.of("prompt", "a <lora:unknown:1>"));
        unknown.statusCode(422).body("detail", containsString("prompt: expected "));
    }

    @Test
    void listsWhatTheFleetHas() {
        get("sd-models").body("model_name", hasItem("tiny-sd"));
        get("samplers").body("name", hasItem("DPM++ 2M Karras"));
        get("options").body("sd_model_checkpoint", containsString("tiny-sd ["));
        get("upscalers").body("[0].name", equalTo("None"));
        get("loras");
        get("embeddings").body("skipped", equalTo(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sd-vae", "hypernetworks", "face-restorers", "prompt-styles", "script-info"})
    void answersWithAnEmptyListForWhatItDoesNotHave(String list) {
        get(list).body("size()", equalTo(0));
    }

    @Test
    void refusesToChangeOptions() {
        send("options", Map.of("sd_model_checkpoint", "tiny-sd")).statusCode(200);
        isProblem(send("options", Map.of("sd_model_checkpoint", "another")), 400, "invalid-request");
    }

    private static ValidatableResponse get(String path) {
        return given().get("/sdapi/v1/" + path).then().statusCode(200);
    }

    private static ValidatableResponse send(String path, Object body) {
        return given().contentType("application/json")
                .body(body)
                .post("/sdapi/v1/" + path)
                .then();
    }

    private ValidatableResponse meanwhile(String path, Map<String, Object> body, String prompt) {
        CompletableFuture<ValidatableResponse> answer = CompletableFuture.supplyAsync(() -> send(path, body));
        worker.succeed(await(prompt));
        return answer.join();
    }

    private static String await(String prompt) {
        return WorkerPeer.await(
                        Topic.REQUESTS,
                        record -> Json.read(record.value(), GenerateImage.class)
                                .prompt()
                                .equals(prompt))
                .key();
    }
}
