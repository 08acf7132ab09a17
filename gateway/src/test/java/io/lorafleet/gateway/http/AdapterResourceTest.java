// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.LoraFiles.lora;
import static io.lorafleet.gateway.LoraFiles.safetensors;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.lorafleet.gateway.Adapters;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.storage.BlobStore;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class AdapterResourceTest extends GatewayTest {
    @Inject
    BlobStore blobs;

    @ParameterizedTest
    @ValueSource(strings = {"base", "tiny-sd"})
    void refusesTheNamesOfTheBase(String name) {
        ValidatableResponse answer = put(name, lora("usurper", 4));
        isProblem(answer, 422, "invalid-adapter");
        answer.body("detail", startsWith("name: expected a name other than a base model's"));
    }

    @Test
    void publishesAnUploadAsTheNextVersion() throws IOException {
        put("watercolour", lora("first", 4))
                .statusCode(201)
                .header("Location", endsWith("/v1/adapters/watercolour"))
                .body("version", equalTo(1))
                .body("kind", equalTo("style"))
                .body("rank", equalTo(4))
                .body("baseFingerprint", equalTo(WorkerPeer.SHA));
        put("watercolour", lora("second", 8)).statusCode(201).body("version", equalTo(2));
        given().get("/v1/adapters/watercolour")
                .then()
                .statusCode(200)
                .body("name", equalTo("watercolour"))
                .body("route", nullValue())
                .body("versions.version", contains(1, 2));
        given().get("/v1/adapters").then().statusCode(200).body("name", hasItem("watercolour"));
        AdapterVersion published = Json.read(
                WorkerPeer.awaitRecord(Topic.ADAPTERS, "watercolour@2").value(), AdapterVersion.class);
        assertThat(blobs.get(BlobKeys.adapter(published.sha256()))).contains(lora("second", 8));
    }

    @Test
    void downloadsTheFileOfAVersion() throws IOException {
        put("charcoal", lora("charcoal", 3)).statusCode(201);

        byte[] file = given().get("/v1/adapters/charcoal/versions/1/weights")
                .then()
                .statusCode(200)
                .contentType("application/octet-stream")
                .header("Content-Disposition", containsString("charcoal-1.safetensors"))
                .extract()
                .asByteArray();

        assertThat(file).isEqualTo(lora("charcoal", 3));
        given().get("/v1/adapters/charcoal/versions/2/weights")
                .then()
                .statusCode(404)
                .body("detail", equalTo("there is no adapter charcoal@2"));
    }

    @Test
    void ignoresVersionsOfAbortedTransactions() {
        worker.publishInVain(Adapters.style("ghost", 1));
        worker.publish(Adapters.style("behind-the-ghost", 1));
        await().untilAsserted(() ->
                given().get("/v1/adapters/behind-the-ghost").then().statusCode(200));
        given().get("/v1/adapters/ghost").then().statusCode(404);
    }

    @Test
    void keepsTheNewestVersionForTheSameBytes() {
        put("ink", lora("ink", 1)).statusCode(201);
        put("ink", lora("ink", 1)).statusCode(200).body("version", equalTo(1));
    }

    @Test
    void pinsAStudentAndTurnsItsDial() {
        put("fast?kind=student&guidance=5", lora("fast", 1)).statusCode(201).body("guidance", equalTo(5.0f));
        GenerateImage request = published(Map.of("prompt", "a", "adapter", "fast", "guidanceScale", 3));
        assertThat(request.adapters()).hasToString("[fast@1 x 0.5]");
        assertThat(request.guidanceScale()).isEqualTo(1);
    }

    @Test
    void prescribesTheSamplingOfRequests() {
        String prescribed = "lcm?sampler=lcm&guidanceScale=1&timesteps=999,749,499,249";
        put(prescribed, lora("lcm", 1))
                .statusCode(201)
                .body("samplingDefaults.sampler", equalTo("lcm"))
                .body("samplingDefaults.guidanceScale", equalTo(1.0f))
                .body("samplingDefaults.timesteps", contains(999, 749, 499, 249));
        put(prescribed, lora("lcm", 1)).statusCode(200).body("version", equalTo(1));
        String id = submit(Map.of("prompt", "a", "adapter", "lcm"));
        given().get("/v1/generations/" + id)
                .then()
                .body("request.sampler", equalTo("lcm"))
                .body("request.steps", equalTo(4))
                .body("request.guidanceScale", equalTo(1.0f))
                .body("request.timesteps", contains(999, 749, 499, 249))
                .body("request.timestepSpacing", equalTo(null));
        put("lcm?sampler=lcm&steps=8", lora("lcm", 1)).statusCode(201).body("version", equalTo(2));
    }

    @Test
    void refusesASamplingThatCannotBe() {
        for (String query : List.of(
                "sampler=of-tomorrow",
                "steps=few",
                "steps=0",
                "timesteps=999,499",
                "sampler=ddim&timesteps=999,499",
                "sampler=lcm&timesteps=499,999",
                "sampler=lcm&timesteps=999,499&steps=4",
                "sampler=lcm&timestepSpacing=trailing",
                "sampler=tcd&eta=2",
                "guidanceScale=0.5")) {
            isProblem(put("bad?" + query, lora("bad", 1)), 400, "invalid-request");
        }
        isProblem(put("bad?kind=student&guidance=5&guidanceScale=1", lora("bad", 1)), 422, "invalid-adapter");
    }

    @Test
    void pinsEveryAdapterOfARequestThatComposesThem() {
        put("chalk", lora("chalk", 1)).statusCode(201);
        put("turbo?kind=student&guidance=5", lora("turbo", 1)).statusCode(201);
        Map<String, Object> body = Map.of(
                "prompt",
                "a",
                "adapters",
                List.of(Map.of("adapter", "chalk", "scale", 0.5), Map.of("adapter", "turbo")));
        String id = submit(body);
        given().get("/v1/generations/" + id)
                .then()
                .body("request.adapters.name", contains("chalk", "turbo"))
                .body("request.adapters.version", contains(1, 1))
                .body("request.adapters.sha256", everyItem(notNullValue()))
                .body("request.adapters.scale", contains(0.5f, 1.0f))
                .body("request.guidanceScale", equalTo(1.0f));
    }

    @Test
    void retiresAVersionAndNeverGivesItsNumberAgain() {
        put("pencil", lora("first", 1)).statusCode(201);
        put("pencil", lora("second", 1)).statusCode(201);
        given().delete("/v1/adapters/pencil/versions/2")
                .then()
                .statusCode(200)
                .body("versions[0].retiredAt", nullValue())
                .body("versions[1].retiredAt", notNullValue());
        isProblem(post(Map.of("prompt", "a", "adapter", "pencil@2")), 422, "unknown-adapter");
        assertThat(published(Map.of("prompt", "a", "adapter", "pencil")).adapters())
                .hasToString("[pencil@1 x 1.0]");
        put("pencil", lora("second", 1)).statusCode(201).body("version", equalTo(3));
        isProblem(given().delete("/v1/adapters/pencil/versions/9").then(), 404, "not-found");
    }

    @Test
    void refusesToRetireAVersionThatTheRouteUses() {
        put("gouache", lora("first", 1)).statusCode(201);
        given().contentType("application/json")
                .body(Map.of("stable", 1))
                .put("/v1/adapters/gouache/route")
                .then()
                .statusCode(200);
        var answer = given().delete("/v1/adapters/gouache/versions/1").then();
        isProblem(answer, 409, "routed");
        answer.body("detail", containsString("the route of gouache uses gouache@1 as its stable version"));
    }

    @Test
    void retiresAnAdapterWithItsRoute() {
        put("tempera", lora("first", 1)).statusCode(201);
        given().contentType("application/json")
                .body(Map.of("stable", 1))
                .put("/v1/adapters/tempera/route")
                .then()
                .statusCode(200);
        given().delete("/v1/adapters/tempera")
                .then()
                .statusCode(200)
                .body("route", nullValue())
                .body("versions.retiredAt", everyItem(notNullValue()));
        isProblem(post(Map.of("prompt", "a", "adapter", "tempera")), 422, "unknown-adapter");
        isProblem(given().delete("/v1/adapters/unknown").then(), 404, "not-found");
    }

    @Test
    void refusesWhatIsNoSafetensorsFile() {
        isProblem(put("bad", "GIF89a, not an adapter".getBytes(UTF_8)), 422, "invalid-adapter");
        isProblem(put("bad", new byte[5]), 422, "invalid-adapter");
        isProblem(put("bad", safetensors("[1, 2]", 0)), 422, "invalid-adapter");
        isProblem(put("bad", safetensors("not JSON", 0)), 422, "invalid-adapter");
    }

    @Test
    void refusesAFileWithoutALora() {
        isProblem(put("bad", safetensors("{}", 0)), 422, "invalid-adapter");
    }

    @Test
    void appliesTheTextEncoderPartOfAFileUnlessTheCallerIgnoresIt() {
        byte[] file = safetensors("""
                {"unet.conv_in.lora_A.weight": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]},
                 "unet.conv_in.lora_B.weight": {"dtype": "F32", "shape": [1, 1], "data_offsets": [4, 8]},
                 "text_encoder.text_projection.lora_A.weight": {"dtype": "F32", "shape": [1, 1], "data_offsets": [8, 12]},
                 "text_encoder.text_projection.lora_B.weight": {"dtype": "F32", "shape": [1, 1], "data_offsets": [12, 16]}}
                """, 16);
        put("both", file).statusCode(201).body("textEncoder", equalTo("applied"));
        put("both?textEncoder=apply", file).statusCode(200);
        put("both?textEncoder=ignore", file)
                .statusCode(201)
                .body("textEncoder", equalTo("ignored"))
                .body("version", equalTo(2));
        isProblem(put("both?textEncoder=refuse", file), 400, "invalid-request");
    }

    @Test
    void publishesAnEmbeddingWithItsTriggerWord() {
        byte[] file = safetensors("""
                {"emb_params": {"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 32]}}""", 32);
        put("cat-toy?triggerWord=<cat-toy>", file).statusCode(201).body("embedding.vectors", equalTo(2));
        given().get("/v1/adapters/cat-toy")
                .then()
                .body("versions[0].embedding.triggerWord", equalTo("<cat-toy>"))
                .body("versions[0].textEncoder", equalTo("applied"));
        isProblem(put("cat-toy?triggerWord=a b", file), 422, "invalid-adapter");
    }

    @Test
    void publishesAZipFileOfAPeftFolder() throws IOException {
        Path folder = Path.of("../common/diffusion/src/test/resources/golden/sd1/lora/peft_folder_dora");
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream entries = new ZipOutputStream(zip)) {
            for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
                entries.putNextEntry(new ZipEntry(file));
                Files.copy(folder.resolve(file), entries);
            }
        }
        given().contentType("application/zip")
                .body(zip.toByteArray())
                .put("/v1/adapters/peft-zip")
                .then()
                .statusCode(201)
                .body("rank", equalTo(2));
        isProblem(put("peft-zip", zip.toByteArray()), 422, "invalid-adapter"); // as a safetensors file
        ValidatableResponse refusal = given().contentType("application/zip")
                .body("not a zip file".getBytes(UTF_8))
                .put("/v1/adapters/peft-zip")
                .then();
        isProblem(refusal, 422, "invalid-adapter");
        refusal.body("detail", containsString("not a zip file?"));
    }

    @Test
    void refusesAnUploadThatBrokeOff() {
        isProblem(
                put(
                        "bad",
                        safetensors(
                                "{\"t.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 0)),
                422,
                "invalid-adapter");
    }

    @Test
    void refusesWhatNoAdapterVersionCanBe() {
        isProblem(put("bad name", lora("bad", 1)), 422, "invalid-adapter");
        isProblem(put("bad?kind=student", lora("bad", 1)), 422, "invalid-adapter");
        isProblem(put("bad?guidance=5", lora("bad", 1)), 422, "invalid-adapter");
        isProblem(put("bad?kind=lycoris", lora("bad", 1)), 400, "invalid-request");
        isProblem(put("bad?kind=student&guidance=high", lora("bad", 1)), 400, "invalid-request");
    }

    @Test
    void refusesAFileThatIsTooLarge() {
        isProblem(put("big", new byte[100_001]), 413, "too-large");
    }

    @Test
    void answersBeforeALargeFileIsRead() {
        isProblem(put("bad name", new byte[20_000_000]), 422, "invalid-adapter");
        isProblem(put("big", new byte[20_000_000]), 413, "too-large");
    }

    @Test
    void findsNoUnknownAdapter() {
        isProblem(given().get("/v1/adapters/unknown").then(), 404, "not-found");
    }

    private static GenerateImage published(Map<String, Object> body) {
        String id = submit(body);
        return Json.read(WorkerPeer.awaitRecord(Topic.REQUESTS, id).value(), GenerateImage.class);
    }
}
