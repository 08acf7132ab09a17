// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.LoraFiles.lora;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.gateway.http.problem.OpenAiPaths;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Checks the OpenAPI document against the gateway. */
@QuarkusTest
class OpenApiTest extends GatewayTest {
    /** Operations whose body is a file or a form with a file. */
    private static final Set<String> FILES = Set.of("uploadAdapter", "editImages", "varyImage");

    private static final ObjectMapper JSON = new ObjectMapper();

    @ConfigProperty(name = NeighboursResource.ADAPTERS)
    Path directory;

    /** @param id operationId of the operation */
    private record Operation(String id, JsonNode described) {
        /** @return the example bodies by name */
        Map<String, Map<String, Object>> examples() {
            Map<String, Map<String, Object>> examples = new LinkedHashMap<>();
            described
                    .at("/requestBody/content/application~1json/examples")
                    .properties()
                    .forEach(each -> examples.put(
                            each.getKey(), JSON.convertValue(each.getValue().get("value"), new TypeReference<>() {})));
            return examples;
        }
    }

    @Test
    void describesEveryOperation() throws IOException {
        Set<String> ids = new HashSet<>();
        for (Operation operation : operations()) {
            JsonNode described = operation.described();
            assertThat(operation.id()).matches("[a-z][A-Za-z]+");
            assertThat(ids.add(operation.id()))
                    .as("%s is the id of one only", operation.id())
                    .isTrue();
            assertThat(described.path("summary").asText()).isNotBlank();
            assertThat(described.path("tags")).hasSize(1);
            assertThat(described.at("/responses/default/$ref").asText()).isEqualTo("#/components/responses/Problem");
            assertThat(described.path("responses").fieldNames()).toIterable().anyMatch(code -> code.matches("20[012]"));
            assertThat(described.has("requestBody"))
                    .as("%s has a body, and so examples, but for a file", operation.id())
                    .isEqualTo(!operation.examples().isEmpty() || FILES.contains(operation.id()));
        }
        assertThat(ids).hasSize(29);
    }

    @Test
    void hasWorkingExamples() throws IOException {
        Files.write(Files.createDirectory(directory.resolve("fast")).resolve("a.safetensors"), lora("third", 4));
        put("fast?kind=student&guidance=5", lora("first", 4)).statusCode(201);
        put("fast?kind=student&guidance=5", lora("second", 4)).statusCode(201);
        put("crayon", lora("crayon", 4)).statusCode(201);
        for (Operation operation : operations()) {
            operation
                    .examples()
                    .forEach((name, body) -> assertThat(
                                    answer(operation.id(), body).extract().statusCode())
                            .as("%s: %s", operation.id(), name)
                            .isBetween(200, 202));
        }
    }

    private ValidatableResponse answer(String operation, Map<String, Object> body) {
        return switch (operation) {
            case "createGeneration" -> post(body);
            case "rateImage" -> send("POST", "/v1/generations/" + generationOfAStudent() + "/feedback", body);
            case "setRoute" -> send("PUT", "/v1/adapters/fast/route", body);
            case "createImages" -> OpenAiResourceTest.generate(body, worker::succeed);
            case "loadLoraAdapter" -> {
                given().delete("/v1/adapters/fast").then().statusCode(200);
                yield send("POST", OpenAiPaths.LOAD_LORA, body);
            }
            case "unloadLoraAdapter" -> send("POST", OpenAiPaths.UNLOAD_LORA, body);
            default -> throw new AssertionError("there are examples of " + operation + ", and no test of them");
        };
    }

    private String generationOfAStudent() {
        String id = submit(Map.of("prompt", "a star", "adapter", "fast"));
        worker.succeed(id);
        awaitStatus(id, "succeeded");
        return id;
    }

    private static ValidatableResponse send(String method, String path, Object body) {
        return given().contentType("application/json")
                .body(body)
                .request(method, path)
                .then();
    }

    /** All operations of the document. */
    private static List<Operation> operations() throws IOException {
        JsonNode document = JSON.readTree(given().get("/q/openapi?format=json").asString());
        List<Operation> operations = new ArrayList<>();
        document.path("paths")
                .forEach(path -> path.forEach(operation -> operations.add(
                        new Operation(operation.path("operationId").asText(), operation))));
        return operations;
    }
}
