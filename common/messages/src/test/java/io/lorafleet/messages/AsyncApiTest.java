// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AsyncApiTest {
    private static final Path FILE = Path.of("../../docs/asyncapi.json");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void isUpToDate() throws IOException {
        String document = AsyncApi.document();
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(FILE, document);
        }
        assertThat(Files.readString(FILE))
                .as("docs/asyncapi.json; to update it, run"
                        + " ./mvnw -pl common/messages -Dtest=AsyncApiTest -Ddocs.update=true test")
                .isEqualTo(document);
    }

    /** The golden files are what the services write. */
    @ParameterizedTest
    @CsvSource({
        "GenerateImage, generate-image-from-image",
        "CancelGeneration, cancel-generation",
        "GenerationSucceeded, generation-succeeded-with-shadow",
        "GenerationFailed, generation-failed",
        "StepDone, step-done-with-preview",
        "AdapterVersion, adapter-version-trained",
        "AdapterRoute, adapter-route",
        "FeedbackGiven, feedback-given",
        "TrainingFinished, training-published",
        "WorkerStatus, worker-status",
        "DeadLetter, dead-letter"
    })
    void describesTheFieldsOfItsMessages(String type, String golden) throws IOException {
        JsonNode document = MAPPER.readTree(AsyncApi.document());
        JsonNode payload = document.at("/components/messages/" + type + "/payload");
        JsonNode message = MAPPER.readTree(
                Path.of("src/test/resources/golden/" + golden + ".json").toFile());
        List<String> properties = new ArrayList<>();
        List<String> required = new ArrayList<>();
        collect(document, payload, properties, required);

        assertThat(properties).containsAll(names(message));
        assertThat(names(message)).containsAll(required);
    }

    /** Follows references and {@code allOf}. */
    private static void collect(JsonNode document, JsonNode schema, List<String> properties, List<String> required) {
        if (schema.has("$ref")) {
            collect(document, document.at(schema.get("$ref").asText().substring(1)), properties, required);
        }
        schema.path("allOf").forEach(part -> collect(document, part, properties, required));
        properties.addAll(names(schema.path("properties")));
        schema.path("required").forEach(name -> required.add(name.asText()));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
