// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Embedding;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.messages.adapter.SamplingDefaults;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationExpired;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GuidanceInterval;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.messages.generation.Preview;
import io.lorafleet.messages.generation.PromptEncoding;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.generation.SamplingOptions;
import io.lorafleet.messages.generation.ShadowMeasured;
import io.lorafleet.messages.generation.ShadowStudent;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import io.lorafleet.messages.worker.DeadLetter;
import io.lorafleet.messages.worker.WorkerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The wire format of every message. Services of different releases share a cluster, so changes must be compatible. */
class GoldenJsonTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final String SHA = "0123456789abcdef".repeat(4);
    private static final PinnedAdapter ADAPTER = new PinnedAdapter("crayon", 2, SHA);

    private static final PinnedControlNet EDGES = new PinnedControlNet("edges", SHA);

    private static final Lineage LINEAGE = new Lineage(3, 0, 100, 120, 17, 42, "steps=200");
    private static final Figures FIGURES = new Figures(0.82, 0.8, 0.5, null);

    private static final GenerateImage PLAIN_REQUEST = GenerateImage.builder("r1", AT)
            .prompt("")
            .guidanceScale(1)
            .steps(4)
            .sampler(SamplerName.EULER)
            .size(512, 512)
            .seed(0)
            .build();
    private static final GenerationSucceeded SUCCEEDED = new GenerationSucceeded(
            "r1",
            "w1",
            AT,
            List.of(new GenerationSucceeded.GeneratedImage(0, 7, "generations/r1/0.png", SHA)),
            50,
            Duration.ofMillis(2700),
            null);

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of(
                        "generate-image",
                        GenerateImage.class,
                        GenerateImage.builder("r1", AT)
                                .prompt("a red star")
                                .negativePrompt("blue")
                                .adapters(List.of(new AppliedAdapter(ADAPTER, 0.8)))
                                .guidanceScale(5)
                                .steps(25)
                                .sampler(SamplerName.DDIM)
                                .size(64, 96)
                                .seed(7)
                                .count(2)
                                .shadow(new ShadowStudent(new AppliedAdapter(new PinnedAdapter("fast", 3, SHA), 1), 5))
                                .priority(Priority.BATCH)
                                .deadline(AT.plusSeconds(60))
                                .webhook("https://example.com/finished")
                                .owner("alice")
                                .orderSha256(SHA)
                                .build()),
                Arguments.of("generate-image-without-adapter", GenerateImage.class, PLAIN_REQUEST),
                Arguments.of(
                        "generate-image-from-image",
                        GenerateImage.class,
                        GenerateImage.builder("r1", AT)
                                .prompt("a blue star")
                                .initImage(new InitImage(SHA, 0.6))
                                .guidanceScale(5)
                                .steps(20)
                                .sampler(SamplerName.DDIM)
                                .size(64, 64)
                                .seed(7)
                                .build()),
                Arguments.of(
                        "generate-image-with-mask",
                        GenerateImage.class,
                        GenerateImage.builder("r1", AT)
                                .prompt("a blue star")
                                .initImage(new InitImage(SHA, 1, new InitImageMask(SHA, true)))
                                .guidanceScale(5)
                                .steps(20)
                                .sampler(SamplerName.DDIM)
                                .size(64, 64)
                                .seed(7)
                                .build()),
                Arguments.of(
                        "generate-image-with-prompt-encoding",
                        GenerateImage.class,
                        GenerateImage.builder("r1", AT)
                                .prompt("a (red:1.3) star")
                                .guidanceScale(5)
                                .steps(20)
                                .sampler(SamplerName.DDIM)
                                .size(64, 64)
                                .seed(7)
                                .baseFingerprint(SHA)
                                .promptEncoding(new PromptEncoding(LongPrompt.CHUNKS, true, 1))
                                .build()),
                Arguments.of(
                        "generate-image-with-sampling",
                        GenerateImage.class,
                        GenerateImage.builder("r1", AT)
                                .prompt("a star")
                                .guidanceScale(5)
                                .steps(3)
                                .sampler(SamplerName.TCD)
                                .size(64, 64)
                                .seed(7)
                                .baseFingerprint(SHA)
                                .sampling(new SamplingOptions(
                                        new GuidanceInterval(0.25, 0.75), null, List.of(999, 599, 199), null, 0.5))
                                .build()),
                Arguments.of(
                        "generate-image-with-text-adapters",
                        GenerateImage.class,
                        GenerateImage.builder("r1", AT)
                                .prompt("a red star")
                                .adapters(List.of(new AppliedAdapter(ADAPTER, 0.8, true)))
                                .guidanceScale(5)
                                .steps(20)
                                .sampler(SamplerName.DDIM)
                                .size(64, 64)
                                .seed(7)
                                .baseFingerprint(SHA)
                                .build()),
                Arguments.of(
                        "generate-image-with-embedding",
                        GenerateImage.class,
                        GenerateImage.builder("r1", AT)
                                .prompt("a red <cat-toy>")
                                .adapters(List.of(new AppliedAdapter(ADAPTER, 1, true, "<cat-toy>")))
                                .guidanceScale(5)
                                .steps(20)
                                .sampler(SamplerName.DDIM)
                                .size(64, 64)
                                .seed(7)
                                .baseFingerprint(SHA)
                                .build()),
                Arguments.of(
                        "generate-image-with-controls",
                        GenerateImage.class,
                        GenerateImage.builder("r1", AT)
                                .prompt("a red star")
                                .guidanceScale(5)
                                .steps(20)
                                .sampler(SamplerName.DDIM)
                                .size(64, 64)
                                .seed(7)
                                .baseFingerprint(SHA)
                                .controls(List.of(
                                        new AppliedControlNet(EDGES, SHA, 0.8, 0, 1),
                                        new AppliedControlNet(new PinnedControlNet("depth", SHA), SHA, 1, 0.25, 0.5)))
                                .build()),
                Arguments.of("cancel-generation", CancelGeneration.class, new CancelGeneration("r1")),
                Arguments.of("generation-started", GenerationProgress.class, new GenerationStarted("r1", "w1", AT)),
                Arguments.of("step-done", GenerationProgress.class, new StepDone("r1", 3, 25, null)),
                Arguments.of(
                        "step-done-with-preview",
                        GenerationProgress.class,
                        new StepDone("r1", 4, 25, new Preview(1, "/9j/4AAQ"))),
                Arguments.of("generation-succeeded", GenerationFinished.class, SUCCEEDED),
                Arguments.of(
                        "generation-succeeded-with-shadow",
                        GenerationFinished.class,
                        new GenerationSucceeded(
                                "r1",
                                "w1",
                                AT,
                                List.of(new GenerationSucceeded.GeneratedImage(0, 7, "generations/r1/0.png", SHA)),
                                50,
                                Duration.ofMillis(2700),
                                new ShadowMeasured(new PinnedAdapter("fast", 4, SHA), 0.25, ADAPTER, 0.5))),
                Arguments.of(
                        "generation-succeeded-with-tokens",
                        GenerationFinished.class,
                        new GenerationSucceeded(
                                "r1",
                                "w1",
                                AT,
                                List.of(new GenerationSucceeded.GeneratedImage(0, 7, "generations/r1/0.png", SHA)),
                                50,
                                Duration.ofMillis(2700),
                                null,
                                new PromptTokens(new PromptTokens.Count(90, 0), new PromptTokens.Count(0, 0)))),
                Arguments.of(
                        "generation-manifest",
                        GenerationManifest.class,
                        new GenerationManifest(PLAIN_REQUEST, SUCCEEDED)),
                Arguments.of(
                        "generation-failed",
                        GenerationFinished.class,
                        new GenerationFailed(
                                "r1", "w1", AT, GenerationFailed.Reason.ADAPTER_UNUSABLE, "adapter crayon@2: gone")),
                Arguments.of("generation-cancelled", GenerationFinished.class, new GenerationCancelled("r1", "w1", AT)),
                Arguments.of("generation-expired", GenerationFinished.class, new GenerationExpired("r1", "w1", AT)),
                Arguments.of(
                        "feedback-given",
                        FeedbackEvent.class,
                        new FeedbackGiven(
                                "f1",
                                "r1",
                                ADAPTER,
                                "a red star",
                                "",
                                7,
                                64,
                                96,
                                25,
                                -0.5,
                                true,
                                "too small",
                                "key:alice",
                                AT)),
                Arguments.of(
                        "feedback-withdrawn",
                        FeedbackEvent.class,
                        new FeedbackWithdrawn("crayon", "key:alice", "key:carol", AT)),
                Arguments.of(
                        "adapter-version",
                        AdapterVersion.class,
                        new AdapterVersion(
                                "fast",
                                3,
                                SHA,
                                1234,
                                16,
                                SHA,
                                AdapterVersion.Kind.STUDENT,
                                5.0,
                                AT,
                                AT.plusSeconds(1))),
                Arguments.of(
                        "adapter-version-unet-only",
                        AdapterVersion.class,
                        new AdapterVersion(
                                "ink",
                                1,
                                SHA,
                                1234,
                                16,
                                SHA,
                                AdapterVersion.Kind.STYLE,
                                null,
                                AT,
                                null,
                                null,
                                null,
                                AdapterVersion.TextEncoder.IGNORED,
                                null,
                                null)),
                Arguments.of(
                        "adapter-version-with-sampling-defaults",
                        AdapterVersion.class,
                        new AdapterVersion(
                                "dmd2",
                                1,
                                SHA,
                                1234,
                                16,
                                SHA,
                                AdapterVersion.Kind.STYLE,
                                null,
                                AT,
                                null,
                                null,
                                null,
                                null,
                                new SamplingDefaults(
                                        SamplerName.LCM, null, 1.0, null, List.of(999, 749, 499, 249), null),
                                null)),
                Arguments.of(
                        "adapter-version-embedding",
                        AdapterVersion.class,
                        new AdapterVersion(
                                "cat-toy",
                                1,
                                SHA,
                                1234,
                                0,
                                SHA,
                                AdapterVersion.Kind.STYLE,
                                null,
                                AT,
                                null,
                                null,
                                null,
                                AdapterVersion.TextEncoder.APPLIED,
                                null,
                                new Embedding("<cat-toy>", 4))),
                Arguments.of(
                        "adapter-version-trained",
                        AdapterVersion.class,
                        new AdapterVersion(
                                "fast",
                                4,
                                SHA,
                                1234,
                                16,
                                null,
                                AdapterVersion.Kind.STUDENT,
                                5.0,
                                AT,
                                null,
                                LINEAGE,
                                FIGURES,
                                null,
                                null,
                                null)),
                Arguments.of("training-started", TrainingEvent.class, new TrainingStarted("fast", LINEAGE, "t1", AT)),
                Arguments.of(
                        "training-progressed",
                        TrainingEvent.class,
                        new TrainingProgressed("fast", LINEAGE, 20, 200, 0.03, 0.25, AT)),
                Arguments.of(
                        "training-published",
                        TrainingEvent.class,
                        new TrainingFinished(
                                "fast", LINEAGE, TrainingFinished.Outcome.PUBLISHED, 4, null, FIGURES, AT)),
                Arguments.of(
                        "training-rejected",
                        TrainingEvent.class,
                        TrainingFinished.rejected("fast", LINEAGE, "worse than its parent", null, AT)),
                Arguments.of(
                        "route-decided",
                        TrainingEvent.class,
                        new RouteDecided(
                                "fast",
                                RouteDecided.Decision.ROLLED_BACK,
                                4,
                                3,
                                AT,
                                "its live error is higher",
                                new AdapterRoute("fast", 3, null, null, null, AT.plusSeconds(1)),
                                AT.plusSeconds(1))),
                Arguments.of(
                        "adapter-route",
                        AdapterRoute.class,
                        new AdapterRoute(
                                "fast", 3, 2, new AdapterRoute.Share(4, 0.1), new AdapterRoute.Share(5, 0.01), AT, 6)),
                Arguments.of(
                        "worker-status",
                        WorkerStatus.class,
                        new WorkerStatus(
                                "w1",
                                WorkerStatus.State.READY,
                                "cpu()",
                                2,
                                1,
                                new WorkerStatus.Batches(5.5, 16),
                                new WorkerStatus.BaseModel("demo-model", SHA, 4, 64, SamplerName.DDIM),
                                List.of("fast@3"),
                                List.of(new WorkerStatus.RefusedAdapter("crayon@2", "expected finite numbers")),
                                AT)),
                Arguments.of(
                        "worker-status-with-text-encoders",
                        WorkerStatus.class,
                        new WorkerStatus(
                                "w1",
                                WorkerStatus.State.READY,
                                "cpu()",
                                2,
                                1,
                                null,
                                new WorkerStatus.BaseModel(
                                        "sdxl",
                                        SHA,
                                        8,
                                        1024,
                                        SamplerName.EULER,
                                        null,
                                        List.of(
                                                new WorkerStatus.TextEncoderShape(768, 12, 77),
                                                new WorkerStatus.TextEncoderShape(1280, 32, 77))),
                                List.of(),
                                List.of(),
                                AT)),
                Arguments.of(
                        "worker-status-with-control-nets",
                        WorkerStatus.class,
                        new WorkerStatus(
                                "w1",
                                WorkerStatus.State.READY,
                                "cpu()",
                                2,
                                1,
                                null,
                                new WorkerStatus.BaseModel("demo-model", SHA, 4, 64, SamplerName.DDIM),
                                List.of(),
                                List.of(),
                                AT,
                                "drawings",
                                List.of(EDGES))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void matchesTheGoldenFile(String name, Class<?> type, Object message) throws IOException {
        byte[] golden = Files.readAllBytes(Path.of("src/test/resources/golden", name + ".json"));
        ObjectMapper plain = new ObjectMapper();
        assertThat(plain.readTree(Json.write(message))).isEqualTo(plain.readTree(golden));
        assertThat((Object) Json.read(golden, type)).isEqualTo(message);
    }

    /** A separate test, because records with arrays have no value equality. */
    @Test
    void aDeadLetterKeepsTheBytesOfTheRecord() throws IOException {
        byte[] golden = Files.readAllBytes(Path.of("src/test/resources/golden/dead-letter.json"));
        DeadLetter letter = Json.read(golden, DeadLetter.class);
        assertThat(letter.record()).asString(UTF_8).isEqualTo("no JSON");
        ObjectMapper plain = new ObjectMapper();
        assertThat(plain.readTree(Json.write(letter))).isEqualTo(plain.readTree(golden));
    }
}
