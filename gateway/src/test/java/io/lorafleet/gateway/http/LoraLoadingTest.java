// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.LoraFiles.lora;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.lorafleet.messages.Json;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Tests loading and unloading through vLLM's API. */
@QuarkusTest
class LoraLoadingTest extends GatewayTest {
    @ConfigProperty(name = NeighboursResource.ADAPTERS)
    Path directory;

    @Test
    void loadsAFileAndUnloadsIt() throws IOException {
        Files.write(directory.resolve("sepia.safetensors"), lora("sepia", 4));
        load(Map.of(
                        "lora_name",
                        "sepia",
                        "lora_path",
                        directory.resolve("sepia.safetensors").toString()))
                .statusCode(200)
                .contentType("text/plain")
                .body(equalTo("Success: LoRA adapter 'sepia' added successfully."));
        given().get("/v1/models").then().body("data.id", hasItem("sepia"));
        unload(Map.of("lora_name", "sepia"))
                .statusCode(200)
                .body(equalTo("Success: LoRA adapter 'sepia' removed successfully."));
        given().get("/v1/models").then().body("data.id", not(hasItem("sepia")));
        ValidatableResponse again = unload(Map.of("lora_name", "sepia"));
        isProblem(again, 404, "not-found");
        again.body("error.message", equalTo("The lora adapter 'sepia' cannot be found."));
    }

    @Test
    void loadsAFolderWithAStudent() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("swift"));
        Files.write(folder.resolve("pytorch_lora_weights.safetensors"), lora("swift", 8));
        load(Map.of(
                        "lora_name",
                        "swift",
                        "lora_path",
                        "swift",
                        "kind",
                        "student",
                        "guidance",
                        5,
                        "is_3d_lora_weight",
                        false))
                .statusCode(200);
        given().get("/v1/adapters/swift")
                .then()
                .body("versions[0].kind", equalTo("student"))
                .body("versions[0].rank", equalTo(8));
    }

    @Test
    void loadsAFolderOfPeft() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("peft"));
        Path written = Path.of("../common/diffusion/src/test/resources/golden/sd1/lora/peft_folder_text");
        Files.copy(written.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.safetensors"));
        ValidatableResponse incomplete = load(Map.of("lora_name", "peft", "lora_path", "peft"));
        isProblem(incomplete, 400, "invalid-request");
        incomplete.body("error.message", containsString("adapter_config.json beside adapter_model.safetensors"));
        Files.copy(written.resolve("adapter_config.json"), folder.resolve("adapter_config.json"));
        load(Map.of("lora_name", "peft", "lora_path", "peft")).statusCode(200);
        given().get("/v1/adapters/peft").then().body("versions[0].textEncoder", equalTo("applied"));
    }

    @Test
    void loadsTheNextVersionOnlyInPlace() throws IOException {
        Files.write(directory.resolve("oil.safetensors"), lora("first", 4));
        load(Map.of("lora_name", "oil", "lora_path", "oil.safetensors")).statusCode(200);
        Files.write(directory.resolve("oil.safetensors"), lora("second", 4));
        ValidatableResponse again = load(Map.of("lora_name", "oil", "lora_path", "oil.safetensors"));
        isProblem(again, 400, "invalid-request");
        again.body(
                "error.message",
                equalTo("The lora adapter 'oil' has already been loaded. If you want to load the adapter in place,"
                        + " set 'load_inplace' to True."));
        load(Map.of("lora_name", "oil", "lora_path", "oil.safetensors", "load_inplace", true))
                .statusCode(200);
        given().get("/v1/adapters/oil").then().body("versions.size()", equalTo(2));
    }

    @Test
    void refusesWhatItCannotLoad() throws IOException {
        Files.writeString(directory.resolve("text.safetensors"), "not a safetensors file");
        isProblem(load(Map.of("lora_name", "x", "lora_path", "missing")), 404, "not-found");
        isProblem(load(Map.of("lora_name", "x", "lora_path", "n".repeat(300))), 400, "invalid-request");
        isProblem(load(Map.of("lora_name", "x", "lora_path", "text.safetensors")), 400, "invalid-request");
        ValidatableResponse outside = load(Map.of("lora_name", "x", "lora_path", "../outside"));
        isProblem(outside, 400, "invalid-request");
        outside.body("error.param", equalTo("lora_path"));
        isProblem(load(Map.of("lora_name", "x", "lora_path", "missing", "kind", "lycoris")), 400, "invalid-request");
    }

    @Test
    void refusesIncompleteRequests() {
        ValidatableResponse load = load(Map.of("lora_name", "x"));
        isProblem(load, 400, "invalid-request");
        load.body("error.message", equalTo("Both 'lora_name' and 'lora_path' must be provided."));
        isProblem(unload(Map.of("lora_name", "")), 400, "invalid-request");
    }

    static ValidatableResponse load(Map<String, Object> request) {
        return post("/v1/load_lora_adapter", request);
    }

    private static ValidatableResponse unload(Map<String, Object> request) {
        return post("/v1/unload_lora_adapter", request);
    }

    private static ValidatableResponse post(String path, Map<String, Object> request) {
        return given().contentType("application/json")
                .body(Json.write(request))
                .post(path)
                .then();
    }
}
