// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.CommandHeader;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFailed.Reason;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GuidanceInterval;
import io.lorafleet.messages.generation.PromptEncoding;
import io.lorafleet.messages.generation.SamplingOptions;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages between services of different releases. */
class UpgradeTest {
    private static final String BASE = "ab".repeat(32);
    private static final String COMMAND = """
            {"requestId": "r1", "prompt": "", "negativePrompt": "", "adapters": [], "priority": "interactive",
             "guidanceScale": 5, "steps": 25, "sampler": "ddim", "width": 64, "height": 64, "seed": 7, "count": 1,
             "deadline": "2026-01-02T03:04:05Z", "acceptedAt": "2026-01-02T03:04:05Z"}""";

    @Test
    void aCommandOfAnOlderReleaseIsForAnyBase() {
        assertThat(header(COMMAND).reasonToLeave(BASE)).isNull();
        assertThat(Json.read(COMMAND.getBytes(UTF_8), GenerateImage.class))
                .returns(null, GenerateImage::schemaVersion)
                .returns(null, GenerateImage::baseFingerprint);
    }

    @Test
    void onlyTheHeaderOfANewerCommandIsRead() {
        String newer = COMMAND.replace("25", "{\"first\": 5}").replace("{\"req", "{\"schemaVersion\": 4, \"req");
        assertThat(header(newer).reasonToLeave(BASE)).isEqualTo("schemaVersion: expected at most 3, found 4");
        assertThat(header(newer).expired(Instant.parse("2026-01-02T03:04:05Z"))).isTrue();
        String readable = COMMAND.replace("{\"req", "{\"schemaVersion\": 4, \"req");
        assertThatThrownBy(() -> Json.read(readable.getBytes(UTF_8), GenerateImage.class))
                .hasMessage("GenerateImage: schemaVersion: expected 1 to 3, found 4");
    }

    @Test
    void aPromptEncodingNeedsTheVersionThatOlderWorkersLeave() {
        String encoding =
                "\"promptEncoding\": {\"longPrompt\": \"chunks\", \"weights\": false, \"clipSkip\": 1}, \"req";
        String current = COMMAND.replace("{\"req", "{\"schemaVersion\": 2, " + encoding);
        assertThat(Json.read(current.getBytes(UTF_8), GenerateImage.class).encoding())
                .isEqualTo(new PromptEncoding(LongPrompt.CHUNKS, false, 1));
        String readByOlderWorkers = COMMAND.replace("{\"req", "{" + encoding);
        assertThatThrownBy(() -> Json.read(readByOlderWorkers.getBytes(UTF_8), GenerateImage.class))
                .hasMessage("GenerateImage: schemaVersion: expected at least 2 with promptEncoding, found none");
    }

    @Test
    void samplingOptionsNeedTheVersionThatOlderWorkersLeave() {
        String sampling = "\"sampling\": {\"guidanceInterval\": {\"start\": 0.0, \"end\": 0.8}}, \"req";
        String current = COMMAND.replace("{\"req", "{\"schemaVersion\": 3, " + sampling);
        assertThat(Json.read(current.getBytes(UTF_8), GenerateImage.class).sampling())
                .isEqualTo(new SamplingOptions(new GuidanceInterval(0, 0.8), null, null, null, null));
        String readByOlderWorkers = COMMAND.replace("{\"req", "{\"schemaVersion\": 2, " + sampling);
        assertThatThrownBy(() -> Json.read(readByOlderWorkers.getBytes(UTF_8), GenerateImage.class))
                .hasMessage("GenerateImage: schemaVersion: expected at least 3 with sampling, found 2");
    }

    @Test
    void controlNetsNeedTheVersionThatOlderWorkersLeave() {
        String controls = "\"controls\": [{\"controlNet\": {\"name\": \"edges\", \"sha256\": \"" + BASE
                + "\"}, \"image\": \"" + BASE + "\", \"scale\": 1, \"start\": 0, \"end\": 1}], \"req";
        String current = COMMAND.replace("{\"req", "{\"schemaVersion\": 3, " + controls);
        assertThat(Json.read(current.getBytes(UTF_8), GenerateImage.class).controls())
                .containsExactly(new AppliedControlNet(new PinnedControlNet("edges", BASE), BASE, 1, 0, 1));
        String readByOlderWorkers = COMMAND.replace("{\"req", "{\"schemaVersion\": 2, " + controls);
        assertThatThrownBy(() -> Json.read(readByOlderWorkers.getBytes(UTF_8), GenerateImage.class))
                .hasMessage("GenerateImage: schemaVersion: expected at least 3 with controls, found 2");
    }

    @Test
    void anOlderCommandIsTruncatedAndHasNoWeights() {
        assertThat(Json.read(COMMAND.getBytes(UTF_8), GenerateImage.class).encoding())
                .isEqualTo(new PromptEncoding(LongPrompt.TRUNCATE, false, 0));
    }

    @Test
    void aCommandForAnotherBaseIsLeft() {
        String other = COMMAND.replace("{\"req", "{\"baseFingerprint\": \"" + "cd".repeat(32) + "\", \"req");
        assertThat(header(other).reasonToLeave(BASE))
                .isEqualTo("baseFingerprint: expected " + BASE + ", found " + "cd".repeat(32));
        assertThat(header(other).reasonToLeave("cd".repeat(32))).isNull();
    }

    @Test
    void anUnknownSamplerDiffersFromAnInvalidValue() {
        String sampler = COMMAND.replace("ddim", "of-tomorrow");
        assertThatThrownBy(() -> Json.read(sampler.getBytes(UTF_8), GenerateImage.class))
                .isInstanceOf(UnknownValueException.class);
        String steps = COMMAND.replace("25", "0");
        assertThatThrownBy(() -> Json.read(steps.getBytes(UTF_8), GenerateImage.class))
                .isInstanceOf(InvalidMessageException.class)
                .isNotInstanceOf(UnknownValueException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type': 'postponed', 'until': '2027-01-01', 'requestId': 'r1', 'workerId': 'w1', 'at': '2026-01-02T03:04:05Z'}",
                "{'type': 'failed', 'reason': 'of-tomorrow', 'detail': 'a result of unknown type', 'requestId': 'r1',"
                        + " 'workerId': 'w1', 'at': '2026-01-02T03:04:05Z'}"
            })
    void anUnknownEndIsAnEnd(String json) {
        GenerationFinished end = Json.read(json.replace('\'', '"').getBytes(UTF_8), GenerationFinished.class);
        assertThat(end)
                .isEqualTo(new GenerationFailed(
                        "r1", "w1", Instant.parse("2026-01-02T03:04:05Z"), Reason.OTHER, "a result of unknown type"));
        assertThat(Json.read(Json.write(end), GenerationFinished.class)).isEqualTo(end);
    }

    @Test
    void anEndWithoutATypeIsInvalid() {
        byte[] json = "{\"requestId\": \"r1\", \"workerId\": \"w1\", \"at\": \"2026-01-02T03:04:05Z\"}".getBytes(UTF_8);
        assertThatThrownBy(() -> Json.read(json, GenerationFinished.class))
                .hasMessage("GenerationFinished: type: expected a value, found none");
    }

    @Test
    void theResultInAManifestOfANewerReleaseIsRead() {
        String result =
                "{\"type\": \"cancelled\", \"requestId\": \"r1\", \"workerId\": \"w1\", \"at\": \"2026-01-02T03:04:05Z\"}";
        String manifest = "{\"request\": {\"of\": \"tomorrow\"}, \"result\": " + result + "}";
        assertThat(GenerationManifest.readResult(manifest.getBytes(UTF_8)))
                .isEqualTo(Json.read(result.getBytes(UTF_8), GenerationFinished.class));
    }

    private static CommandHeader header(String json) {
        return Json.read(json.getBytes(UTF_8), CommandHeader.class);
    }
}
