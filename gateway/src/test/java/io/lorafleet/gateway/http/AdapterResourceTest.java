package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.storage.BlobStore;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AdapterResourceTest extends GatewayTest {
    @Inject
    BlobStore blobs;

    @Test
    void publishesAnUploadAsTheNextVersion() throws IOException {
        put("watercolour", safetensors("{\"first\":{}}"))
                .statusCode(201)
                .header("Location", endsWith("/v1/adapters/watercolour"))
                .body("version", equalTo(1))
                .body("kind", equalTo("style"));
        put("watercolour", safetensors("{\"second\":{}}")).statusCode(201).body("version", equalTo(2));
        given().get("/v1/adapters/watercolour").then().statusCode(200).body("version", contains(1, 2));
        given().get("/v1/adapters").then().statusCode(200).body("name", hasItem("watercolour"));
        AdapterVersion published = Json.read(
                WorkerPeer.awaitRecord(Topic.ADAPTERS, "watercolour@2").value(), AdapterVersion.class);
        assertThat(blobs.get(BlobKeys.adapter(published.sha256()))).contains(safetensors("{\"second\":{}}"));
    }

    @Test
    void keepsTheNewestVersionWhenTheSameBytesComeAgain() {
        put("ink", safetensors("{\"ink\":{}}")).statusCode(201);
        put("ink", safetensors("{\"ink\":{}}")).statusCode(200).body("version", equalTo(1));
    }

    @Test
    void pinsAStudentAndTurnsItsDial() {
        put("fast?kind=student&guidance=5", safetensors("{}")).statusCode(201).body("guidance", equalTo(5.0f));
        String id = submit(Map.of("prompt", "a", "adapter", "fast", "guidanceScale", 3));
        GenerateImage request =
                Json.read(WorkerPeer.awaitRecord(Topic.REQUESTS, id).value(), GenerateImage.class);
        assertThat(request.adapter()).hasToString("fast@1");
        assertThat(request.adapterScale()).isEqualTo(0.5);
        assertThat(request.guidanceScale()).isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoSafetensorsFile() {
        isProblem(put("bad", "GIF89a, not an adapter".getBytes(UTF_8)), 422, "invalid-adapter");
        isProblem(put("bad", new byte[5]), 422, "invalid-adapter");
        isProblem(put("bad", safetensors("[1, 2]")), 422, "invalid-adapter");
        isProblem(put("bad", safetensors("not JSON")), 422, "invalid-adapter");
    }

    @Test
    void refusesAnUploadThatBrokeOff() {
        isProblem(
                put("bad", safetensors("{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}")),
                422,
                "invalid-adapter");
    }

    @Test
    void refusesWhatNoAdapterVersionCanBe() {
        isProblem(put("bad name", safetensors("{}")), 422, "invalid-adapter");
        isProblem(put("bad?kind=student", safetensors("{}")), 422, "invalid-adapter");
        isProblem(put("bad?guidance=5", safetensors("{}")), 422, "invalid-adapter");
        isProblem(put("bad?kind=lycoris", safetensors("{}")), 400, "invalid-request");
        isProblem(put("bad?kind=student&guidance=high", safetensors("{}")), 400, "invalid-request");
    }

    @Test
    void refusesAFileThatIsTooLarge() {
        isProblem(put("big", new byte[100_001]), 413, "too-large");
    }

    @Test
    void findsNoVersionsOfAnUnknownAdapter() {
        isProblem(given().get("/v1/adapters/unknown").then(), 404, "not-found");
    }

    private static ValidatableResponse put(String nameAndQuery, byte[] body) {
        return given().contentType("application/octet-stream")
                .body(body)
                .put("/v1/adapters/" + nameAndQuery)
                .then();
    }

    private static byte[] safetensors(String header) {
        byte[] json = header.getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + json.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }
}
