// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GuidanceInterval;
import io.lorafleet.messages.generation.SamplingOptions;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    private static final String REQUEST = """
            {"requestId": "r1", "prompt": "a secret prompt", "negativePrompt": "", "adapters": [], "priority": "interactive",
             "guidanceScale": 5, "steps": 25, "sampler": "ddim", "width": 64, "height": 64, "seed": 7, "count": 1,
             "acceptedAt": "2026-01-02T03:04:05Z"}""";

    @Test
    void ignoresAnUnknownField() {
        String newer = REQUEST.replace("{", "{\"ofTomorrow\": 3, ");
        assertThat(Json.read(newer.getBytes(UTF_8), GenerateImage.class).prompt())
                .isEqualTo("a secret prompt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"steps\": 25|\"steps\": 0|steps: expected 1 to 1000, found 0",
                "\"steps\": 25|\"steps\": \"many\"|.steps: not of the expected type",
                "\"steps\": 25, ||.steps: not of the expected type",
                "\"seed\": 7|\"seed\": -1|seed: expected 0 to 4294967295, found -1",
                "\"seed\": 7|\"seed\": 4294967296|seed: expected 0 to 4294967295",
                "\"guidanceScale\": 5|\"guidanceScale\": 0.5|guidanceScale: expected 1.0 to 50.0, found 0.5",
                "\"guidanceScale\": 5|\"guidanceScale\": \"NaN\"|guidanceScale: expected 1.0 to 50.0, found NaN",
                "\"width\": 64|\"width\": 5000|width: expected 8 to 4096, found 5000",
                "\"count\": 1|\"count\": 17|count: expected 1 to 16, found 17",
                "\"sampler\": \"ddim\"|\"sampler\": \"magic\"|.sampler: not of the expected type",
                "\"r1\"|\"../r1\"|requestId: expected 1 to 128 letters",
                "\"prompt\": \"a secret prompt\", ||prompt: expected a value, found none"
            })
    void namesTheInvalidFieldAndNeverQuotesThePrompt(String from, String to, String message) {
        String bad = REQUEST.replace(from, to == null ? "" : to);
        assertThat(bad).isNotEqualTo(REQUEST);
        assertThatThrownBy(() -> Json.read(bad.getBytes(UTF_8), GenerateImage.class))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret");
    }

    @Test
    void countsEveryUnetEvaluation() {
        GenerateImage guided = Json.read(REQUEST.getBytes(UTF_8), GenerateImage.class);
        assertThat(guided.unetEvaluations()).isEqualTo(50);
        String student = REQUEST.replace("\"guidanceScale\": 5", "\"guidanceScale\": 1");
        assertThat(Json.read(student.getBytes(UTF_8), GenerateImage.class).unetEvaluations())
                .isEqualTo(25);
    }

    /** DDIM runs a step with one evaluation; PNDM repeats its first step; Heun has two in all steps but the last. */
    @ParameterizedTest
    @CsvSource({
        "DDIM, 20, 0, 0.8, 20, 36",
        "DDIM, 20, 0.5, 1, 20, 30",
        "DDIM, 10, 0.25, 0.75, 10, 15",
        "PNDM, 10, 0, 0.1, 11, 13",
        "PNDM, 10, 0.1, 1, 11, 20",
        "HEUN, 10, 0, 0.5, 19, 29",
        "HEUN, 10, 0.5, 1, 19, 28",
        "DPMPP_SDE, 1, 0, 1, 1, 2",
        "LCM, 4, 0.1, 0.2, 4, 4",
    })
    void countsEvaluationsInTheGuidanceInterval(
            SamplerName sampler, int steps, double start, double end, int allSteps, int evaluations) {
        GenerateImage request = GenerateImage.builder("r1", Instant.EPOCH)
                .prompt("")
                .guidanceScale(5)
                .steps(steps)
                .sampler(sampler)
                .size(64, 64)
                .seed(7)
                .count(3)
                .sampling(new SamplingOptions(new GuidanceInterval(start, end), null, null, null, null))
                .build();
        assertThat(request.allSteps()).isEqualTo(3 * allSteps);
        assertThat(request.unetEvaluations()).isEqualTo(3L * evaluations);
        assertThat(request.cost()).isEqualTo(3L * evaluations * 64 * 64);
    }

    @ParameterizedTest
    @CsvSource({"ddim, 0.6, 15", "ddim, 1, 25", "ddim, 0.04, 1", "pndm, 0.6, 16", "pndm, 0.04, 1"})
    void countsOnlyTheStepsThatAreRunForAnInitImage(String sampler, double strength, int allSteps) {
        String request = withInitImage(strength).replace("ddim", sampler);
        assertThat(Json.read(request.getBytes(UTF_8), GenerateImage.class).allSteps())
                .isEqualTo(allSteps);
    }

    @ParameterizedTest
    @CsvSource({
        "0, initImage.strength: expected a number greater than 0 and at most 1",
        "1.5, initImage.strength: expected a number greater than 0 and at most 1",
        "0.03, initImage.strength * steps: expected at least 1"
    })
    void rejectsAnInvalidStrength(double strength, String message) {
        byte[] bad = withInitImage(strength).getBytes(UTF_8);
        assertThatThrownBy(() -> Json.read(bad, GenerateImage.class))
                .hasMessageStartingWith("GenerateImage")
                .hasMessageContaining(message);
    }

    private static String withInitImage(double strength) {
        String image = "{\"sha256\": \"" + "ab".repeat(32) + "\", \"strength\": " + strength + "}";
        return REQUEST.replace("\"steps\"", "\"initImage\": " + image + ", \"steps\"");
    }

    @Test
    void rejectsAPromptThatIsTooLong() {
        String bad = REQUEST.replace("a secret prompt", "x".repeat(4001));
        assertThatThrownBy(() -> Json.read(bad.getBytes(UTF_8), GenerateImage.class))
                .hasMessage("GenerateImage: prompt: expected at most 4000 characters, found 4001");
    }
}
