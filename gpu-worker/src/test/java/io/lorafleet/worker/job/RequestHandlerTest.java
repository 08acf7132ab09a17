// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationExpired;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFailed.Reason;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GenerationProgress;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.messages.generation.Preview;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.generation.SamplingOptions;
import io.lorafleet.messages.generation.ShadowMeasured;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.FaultyStore;
import io.lorafleet.worker.RequestImage;
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.WorkerConfigs;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Uses a real engine, the demo model and a directory blob store. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class RequestHandlerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Inject
    RequestHandler handler;

    @Inject
    ImageEngine engine;

    @Inject
    BlobStore blobs;

    @Inject
    Cancellations cancellations;

    @Inject
    WorkerConfig config;

    @Inject
    MeterRegistry meters;

    private final List<GenerationProgress> progress = new CopyOnWriteArrayList<>();

    @Test
    void storesEveryImageAndTheManifest() throws IOException {
        GenerateImage request = Requests.star(null, 64, 2, 2);
        GenerationSucceeded result = succeeded(handle(request));
        assertThat(result.unetEvaluations()).isEqualTo(8);
        assertThat(result.images())
                .hasSize(2)
                .allSatisfy(
                        image -> assertThat(Sha256.of(blobs.get(image.blob()).orElseThrow()))
                                .isEqualTo(image.sha256()));
        assertThat(result.images().get(0).sha256())
                .isNotEqualTo(result.images().get(1).sha256());
        assertThat(Json.read(blobs.get(BlobKeys.manifest(request.requestId())).orElseThrow(), GenerationManifest.class))
                .isEqualTo(new GenerationManifest(request, result));
        assertThat(progress.get(0)).isInstanceOf(GenerationStarted.class);
        assertThat(progress.subList(1, progress.size()))
                .extracting(step -> ((StepDone) step).step())
                .containsExactly(1, 2, 3, 4);
    }

    /** Otherwise, another worker that receives the record could give the request another end. */
    @Test
    void storesTheFirstEndOfEveryRequest() throws IOException {
        GenerateImage unsupported = Requests.star(null, 66, 2, 1);
        GenerateImage expired = Requests.request().deadline(Instant.EPOCH).build();
        GenerateImage cancelled = Requests.star();
        cancellations.cancel(cancelled.requestId());
        for (GenerateImage request : List.of(unsupported, expired, cancelled)) {
            RecordOutcome first = handle(request);
            assertThat(manifest(request).result()).isEqualTo(((RecordOutcome.Done) first).result());
            assertThat(handle(request)).isEqualTo(first);
        }
        assertThat(List.of(unsupported, expired, cancelled))
                .extracting(request -> (Object) manifest(request).result().getClass())
                .containsExactly(GenerationFailed.class, GenerationExpired.class, GenerationCancelled.class);
    }

    @Test
    void replacesADamagedManifest() throws IOException {
        GenerateImage request = Requests.star();
        String key = BlobKeys.manifest(request.requestId());
        succeeded(handle(request));
        String intact = new String(blobs.get(key).orElseThrow(), StandardCharsets.UTF_8);
        for (String damaged : List.of("?", intact.replace(request.prompt(), "another prompt"))) {
            blobs.delete(key);
            blobs.putIfAbsent(key, damaged.getBytes(StandardCharsets.UTF_8));
            GenerationSucceeded result = succeeded(handle(request));
            assertThat(manifest(request).request().prompt()).isEqualTo(request.prompt());
            assertThat(manifest(request).result()).isEqualTo(result);
        }
    }

    private GenerationManifest manifest(GenerateImage request) {
        try {
            byte[] json = blobs.get(BlobKeys.manifest(request.requestId())).orElseThrow();
            return Json.read(json, GenerationManifest.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The URL may contain a token, and all services can read the blob store. */
    @Test
    void storesNoWebhook() throws IOException {
        GenerateImage request =
                Requests.request().webhook("https://example.com/t0ken").build();
        succeeded(handle(request));
        byte[] manifest = blobs.get(BlobKeys.manifest(request.requestId())).orElseThrow();
        assertThat(new String(manifest, StandardCharsets.UTF_8))
                .contains(request.requestId())
                .doesNotContain("t0ken");
    }

    @Test
    void omitsMetadataIfConfigured() throws IOException {
        WorkerConfig silent = WorkerConfigs.with("lorafleet.worker.image-metadata", "false");
        RequestHandler other = new RequestHandler(engine, blobs, cancellations, Clock.systemUTC(), silent);
        GenerateImage request = Requests.star();
        other.handle(request.requestId(), Json.write(request), handler.stopSignal(request.requestId()), progress::add);
        byte[] png = blobs.get(BlobKeys.image(request.requestId(), 0)).orElseThrow();
        assertThat(new String(png, StandardCharsets.UTF_8))
                .doesNotContain("iTXt")
                .doesNotContain(request.prompt());
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(64);
        GenerateImage told = Requests.request().build();
        succeeded(handle(told));
        assertThat(new String(blobs.get(BlobKeys.image(told.requestId(), 0)).orElseThrow(), StandardCharsets.UTF_8))
                .contains("iTXt")
                .contains(told.prompt());
    }

    @Test
    void reportsPreviewsOfEachImage() throws IOException {
        handle(Requests.star(null, 64, 3, 2));
        List<Preview> previews = progress.stream()
                .filter(StepDone.class::isInstance)
                .map(step -> ((StepDone) step).preview())
                .filter(Objects::nonNull)
                .toList();
        assertThat(previews).extracting(Preview::image).contains(0, 1);
        BufferedImage first = ImageIO.read(new ByteArrayInputStream(
                Base64.getDecoder().decode(previews.get(0).jpeg())));
        assertThat(first.getWidth()).isEqualTo(64 / engine.model().sizeMultiple());
    }

    @Test
    void generatesTheSameBytesForTheSameRequest() {
        String first = succeeded(handle(Requests.star())).images().get(0).sha256();
        String again = succeeded(handle(Requests.star())).images().get(0).sha256();
        assertThat(again).isEqualTo(first);
    }

    @Test
    void generatesTheSecondImageFromTheNextSeed() {
        GenerateImage two = Requests.star(null, 64, 2, 2);
        GenerateImage one = Requests.request().seed(8).build();
        assertThat(succeeded(handle(one)).images().get(0).sha256())
                .isEqualTo(succeeded(handle(two)).images().get(1).sha256());
    }

    @ParameterizedTest
    @EnumSource(SamplerName.class)
    void generatesWithEverySampler(SamplerName sampler) {
        GenerateImage request = Requests.request().sampler(sampler).steps(3).build();
        GenerationSucceeded result = succeeded(handle(request));
        assertThat(result.unetEvaluations()).isEqualTo(2L * (progress.size() - 1));
        StepDone last = (StepDone) progress.get(progress.size() - 1);
        assertThat(last.step()).isEqualTo(last.steps());
    }

    @ParameterizedTest
    @EnumSource(SamplerName.class)
    void countsTheStepsOfEverySamplerForAnInitImage(SamplerName sampler) throws IOException {
        GenerateImage request = Requests.star(storedImage(64, 64, 0.7), sampler, 64, 64);
        GenerationSucceeded result = succeeded(handle(request));
        assertThat(progress).hasSize(1 + request.allSteps());
        assertThat(result.unetEvaluations()).isEqualTo(2L * request.allSteps());
    }

    @Test
    void resizesTheInitImageToTheSizeOfTheRequest() throws IOException {
        InitImage image = storedImage(100, 40, 0.2); // one of five steps
        GenerationSucceeded result = succeeded(handle(Requests.star(image, SamplerName.DDIM, 72, 48)));
        byte[] png = blobs.get(result.images().get(0).blob()).orElseThrow();
        BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(decoded.getWidth()).isEqualTo(72);
        assertThat(decoded.getHeight()).isEqualTo(48);
        // As in the init image, the left half is dark and the right half is bright.
        assertThat(decoded.getRGB(10, 24) & 0xFF).isLessThan(80);
        assertThat(decoded.getRGB(61, 24) & 0xFF).isGreaterThan(160);
        assertThat(new String(png, StandardCharsets.ISO_8859_1))
                .contains("Denoising strength: 0.2", "\"initImage\":{\"sha256\":\"" + image.sha256());
    }

    @Test
    void repaintsOnlyTheWhiteHalfOfTheMask() throws IOException {
        String mask = storedImage(64, 64, 1).sha256(); // the right half is white
        InitImage star = new InitImage(storedImage(32, 64, 1).sha256(), 0.8, new InitImageMask(mask, true));
        GenerationSucceeded result = succeeded(handle(Requests.star(star, SamplerName.EULER, 64, 64)));
        byte[] png = blobs.get(result.images().get(0).blob()).orElseThrow();
        BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(png));
        BufferedImage init = ImageIO.read(new ByteArrayInputStream(
                blobs.get(BlobKeys.initImage(star.sha256())).orElseThrow()));
        RgbImage resized = RgbImage.of(init).resized(64, 64);
        for (int i = 0; i < 64 * 32; i++) {
            int x = i % 32;
            int y = i / 32;
            int blue = resized.rgb()[3 * (64 * y + x) + 2] & 0xFF;
            assertThat(decoded.getRGB(x, y) & 0xFF).isEqualTo(blue);
        }
        assertThat(new String(png, StandardCharsets.ISO_8859_1))
                .contains("Mask hash: " + mask.substring(0, 12), "\"keepUnmasked\":true");
    }

    @Test
    void failsARequestWithAnUnusableMask() throws IOException {
        String init = storedImage(64, 64, 1).sha256();
        InitImage missing = new InitImage(init, 1, new InitImageMask("cd".repeat(32), false));
        assertThat(failed(handle(Requests.star(missing, SamplerName.DDIM, 64, 64))))
                .returns(Reason.INIT_IMAGE_UNUSABLE, GenerationFailed::reason)
                .returns(
                        "mask: expected blob init-images/" + "cd".repeat(32) + ", found none",
                        GenerationFailed::detail);
        InitImage black = new InitImage(init, 1, new InitImageMask(storedBlack(), false));
        assertThat(failed(handle(Requests.star(black, SamplerName.DDIM, 64, 64))))
                .returns(Reason.INVALID_REQUEST, GenerationFailed::reason)
                .extracting(GenerationFailed::detail)
                .asString()
                .startsWith("mask: expected white in the top left pixel of at least one block of ");
    }

    @Test
    void namesTheControlNetsInTheImage() throws IOException {
        PinnedControlNet edges = controlNet("edges");
        String condition = storedImage(32, 32, 1).sha256();
        GenerateImage request =
                Requests.request().control(edges, condition, 0.75, 0, 0.5).build();
        GenerationSucceeded result = succeeded(handle(request));
        byte[] png = blobs.get(result.images().get(0).blob()).orElseThrow();
        assertThat(new String(png, StandardCharsets.ISO_8859_1))
                .contains(
                        "ControlNet 0: \"Module: none, Model: edges ["
                                + edges.sha256().substring(0, 12)
                                + "], Weight: 0.75, Guidance Start: 0.0, Guidance End: 0.5\"",
                        "\"controls\":[{\"controlNet\":{\"name\":\"edges\",");
        assertThat(result.unetEvaluations()).isEqualTo(4);
    }

    @Test
    void generatesTheSameBytesForTheSameConditionImage() throws IOException {
        String right = storedImage(64, 64, 1).sha256();
        Requests controlled = Requests.request().control(controlNet("edges"), right, 1);
        assertThat(sha256(controlled.build())).isEqualTo(sha256(controlled.build()));
        Requests black = Requests.request().control(controlNet("edges"), storedBlack(), 1);
        assertThat(sha256(controlled.build())).isNotEqualTo(sha256(black.build()));
    }

    @Test
    void failsARequestWithAMissingConditionImage() throws IOException {
        String missing = "ab".repeat(32);
        Requests request = Requests.request()
                .control(controlNet("edges"), storedBlack(), 1)
                .control(controlNet("depth"), missing, 1);
        assertThat(failed(handle(request.build())))
                .returns(Reason.CONDITION_IMAGE_UNUSABLE, GenerationFailed::reason)
                .returns(
                        "controls[1].image: expected blob init-images/" + missing + ", found none",
                        GenerationFailed::detail);
    }

    @Test
    void failsARequestWithAMissingInitImage() {
        InitImage missing = new InitImage("cd".repeat(32), 0.5);
        assertThat(failed(handle(Requests.star(missing, SamplerName.DDIM, 64, 64))))
                .returns(Reason.INIT_IMAGE_UNUSABLE, GenerationFailed::reason)
                .returns(
                        "init image: expected blob init-images/" + missing.sha256() + ", found none",
                        GenerationFailed::detail);
    }

    @Test
    void failsARequestWithACorruptInitImage() throws IOException {
        InitImage damaged = new InitImage("ef".repeat(32), 0.5);
        blobs.putIfAbsent(BlobKeys.initImage(damaged.sha256()), new byte[] {1});
        assertThat(failed(handle(Requests.star(damaged, SamplerName.DDIM, 64, 64))))
                .returns(Reason.INIT_IMAGE_UNUSABLE, GenerationFailed::reason)
                .extracting(GenerationFailed::detail)
                .asString()
                .startsWith("init image: expected SHA-256 " + damaged.sha256() + ", found ");
    }

    @Test
    void returnsTheStoredResultWithoutGeneratingAgain() {
        GenerateImage request = Requests.star();
        RecordOutcome first = handle(request);
        progress.clear();
        assertThat(handle(request)).isEqualTo(first);
        assertThat(progress).isEmpty();
    }

    @Test
    void generatesWithTheAdapterOfTheRequest() throws IOException {
        PinnedAdapter adapter = DemoAdapter.store("fits", DemoAdapter.weights(192, 0.2f), blobs);
        String adapted = succeeded(handle(Requests.star(adapter, 64, 2, 1)))
                .images()
                .get(0)
                .sha256();
        String plain = succeeded(handle(Requests.star())).images().get(0).sha256();
        assertThat(adapted).isNotEqualTo(plain);
    }

    @Test
    void failsARequestWithAMissingAdapter() {
        PinnedAdapter missing = new PinnedAdapter("missing", 3, "0".repeat(64));
        assertThat(failed(handle(Requests.star(missing, 64, 2, 1))))
                .returns(Reason.ADAPTER_UNUSABLE, GenerationFailed::reason)
                .extracting(GenerationFailed::detail)
                .asString()
                .startsWith("adapter missing@3: weights: expected blob adapters/000");
    }

    @Test
    void failsARequestWithACorruptAdapter() throws IOException {
        byte[] weights = DemoAdapter.weights(192, 0.3f);
        PinnedAdapter pinned = new PinnedAdapter("damaged", 1, Sha256.of(weights));
        weights[weights.length - 1] ^= 1;
        blobs.putIfAbsent(BlobKeys.adapter(pinned.sha256()), weights);
        assertThat(failed(handle(Requests.star(pinned, 64, 2, 1))).detail())
                .contains("weights: expected SHA-256 " + pinned.sha256() + ", found ");
    }

    @Test
    void failsARequestWithAnAdapterOfAnotherBase() throws IOException {
        PinnedAdapter other = DemoAdapter.store("other-base", DemoAdapter.weights(320, 0.2f), blobs);
        assertThat(failed(handle(Requests.star(other, 64, 2, 1))).detail())
                .contains("lora_A.weight: expected (2, 192), found (2, 320)");
    }

    /** The demo model takes 30 tokens at once. */
    @Test
    void saysHowManyTokensOfALongPromptItUsed() throws IOException {
        Requests longPrompt =
                Requests.request().prompt("a red star ".repeat(20)).steps(2);
        GenerateImage whole = longPrompt.encoding(LongPrompt.CHUNKS, false, 0).build();
        GenerateImage truncated =
                longPrompt.encoding(LongPrompt.TRUNCATE, false, 0).build();
        PromptTokens.Count all = succeeded(handle(whole)).tokens().prompt();
        assertThat(all.used()).isGreaterThan(30);
        assertThat(all.cut()).isZero();
        PromptTokens some = succeeded(handle(truncated)).tokens();
        assertThat(some.prompt()).isEqualTo(new PromptTokens.Count(30, all.used() - 30));
        assertThat(some.negativePrompt().cut()).isZero();
        assertThat(new String(
                        blobs.get(BlobKeys.image(truncated.requestId(), 0)).orElseThrow(), UTF_8))
                .contains("\"longPrompt\":\"truncate\"")
                .contains("\"tokens\":{\"prompt\":{\"used\":30,\"cut\":" + (all.used() - 30) + "}");
    }

    @Test
    void appliesPromptWeightsAndClipSkip() throws IOException {
        Requests request = Requests.request().prompt("a (red:1.5) star").steps(2);
        GenerateImage plain = request.build();
        GenerateImage weighted = request.encoding(LongPrompt.TRUNCATE, true, 0).build();
        GenerateImage skipped = request.encoding(LongPrompt.TRUNCATE, false, 1).build();
        assertThat(Stream.of(plain, weighted, skipped)
                        .map(each -> succeeded(handle(each)).images().get(0).sha256()))
                .doesNotHaveDuplicates();
        assertThat(new String(blobs.get(BlobKeys.image(skipped.requestId(), 0)).orElseThrow(), UTF_8))
                .contains("Clip skip: 2");
    }

    @Test
    void countsTheEvaluationsOfAGuidanceInterval() throws IOException {
        GenerateImage request = Requests.request()
                .steps(5)
                .sampler(SamplerName.HEUN)
                .guidance(0, 0.4)
                .count(2)
                .build();
        GenerationSucceeded result = succeeded(handle(request));
        assertThat(result.unetEvaluations()).isEqualTo(2 * (9 + 4)).isEqualTo(request.unetEvaluations());
        assertThat(progress).hasSize(1 + 2 * 9);
        String png =
                new String(blobs.get(BlobKeys.image(request.requestId(), 0)).orElseThrow(), UTF_8);
        assertThat(png)
                .contains("Sampler: Heun", "Guidance start: 0.0, Guidance end: 0.4, UNet evaluations: 13")
                .contains("\"sampling\":{\"guidanceInterval\":{\"start\":0.0,\"end\":0.4}}");
        GenerateImage guided =
                Requests.request().steps(5).sampler(SamplerName.HEUN).build();
        assertThat(succeeded(handle(guided)).images().get(0).sha256())
                .isNotEqualTo(result.images().get(0).sha256());
    }

    @Test
    void appliesSpacingsAndExplicitSchedules() throws IOException {
        GenerateImage spaced = Requests.request()
                .steps(4)
                .sampling(new SamplingOptions(null, TimestepSpacing.TRAILING, null, null, null))
                .build();
        GenerateImage timesteps = Requests.request()
                .steps(4)
                .sampler(SamplerName.TCD)
                .sampling(new SamplingOptions(null, null, List.of(999, 749, 499, 249), null, 0.2))
                .build();
        GenerateImage sigmas = Requests.request()
                .steps(2)
                .sampler(SamplerName.EULER)
                .sampling(new SamplingOptions(null, null, null, List.of(14.6, 1.0, 0.0), null))
                .build();
        assertThat(Stream.of(Requests.request().steps(4).build(), spaced, timesteps, sigmas)
                        .map(each -> succeeded(handle(each)).images().get(0).sha256()))
                .doesNotHaveDuplicates();
        assertThat(new String(blobs.get(BlobKeys.image(spaced.requestId(), 0)).orElseThrow(), UTF_8))
                .contains("Timestep spacing: trailing");
        assertThat(new String(
                        blobs.get(BlobKeys.image(timesteps.requestId(), 0)).orElseThrow(), UTF_8))
                .contains("Sampler: TCD", "Timesteps: \"999, 749, 499, 249\", Eta: 0.2");
    }

    @Test
    void failsARequestWhosePromptsCannotBeEncoded() {
        assertThat(failed(handle(Requests.request()
                        .encoding(LongPrompt.TRUNCATE, false, 32)
                        .build())))
                .returns(Reason.INVALID_REQUEST, GenerationFailed::reason)
                .extracting(GenerationFailed::detail)
                .asString()
                .matches("clipSkip: expected 0 to \\d+, found 32");
        assertThat(failed(handle(Requests.request()
                        .prompt("(a star:1.2.3)")
                        .encoding(LongPrompt.TRUNCATE, true, 0)
                        .build())))
                .returns("prompt weight: expected a number, found 1.2.3", GenerationFailed::detail);
    }

    @Test
    void failsARequestOfAnUnsupportedSize() {
        assertThat(failed(handle(Requests.star(null, 66, 2, 1))))
                .returns(Reason.INVALID_REQUEST, GenerationFailed::reason)
                .returns("width: expected a multiple of 4, found 66", GenerationFailed::detail);
    }

    @Test
    void rejectsARecordThatIsNotARequest() {
        assertThat(handler.handle("some-key", "{".getBytes(), handler.stopSignal("some-key"), progress::add))
                .asInstanceOf(type(RecordOutcome.Refuse.class))
                .returns("GenerateImage: expected JSON, found malformed input", RecordOutcome.Refuse::detail);
    }

    @Test
    void rejectsARequestUnderAnotherKey() {
        byte[] record = Json.write(Requests.star());
        assertThat(handler.handle("other", record, handler.stopSignal("other"), progress::add))
                .asInstanceOf(type(RecordOutcome.Refuse.class))
                .extracting(RecordOutcome.Refuse::detail)
                .asString()
                .startsWith("key: expected ");
    }

    @Test
    void rejectsARequestWithoutAttemptsLeft() throws IOException {
        GenerateImage request = Requests.star();
        for (int attempt = 1; attempt <= 4; attempt++) {
            blobs.putIfAbsent(BlobKeys.attempt(request.requestId(), attempt), new byte[0]);
        }
        assertThat(handle(request)).isInstanceOfSatisfying(RecordOutcome.Refuse.class, refuse -> {
            assertThat(refuse.detail()).isEqualTo("none of 4 attempts succeeded");
            assertThat(refuse.attempts()).isEqualTo(4);
            assertThat(refuse.result())
                    .returns(Reason.ATTEMPTS_EXHAUSTED, GenerationFailed::reason)
                    .isEqualTo(manifest(request).result());
        });
    }

    @Test
    void stopsBetweenTwoStepsWhenTheRequestIsCancelled() {
        GenerateImage request = Requests.star(null, 64, 50, 1);
        RecordOutcome outcome = handler.handle(
                request.requestId(), Json.write(request), handler.stopSignal(request.requestId()), event -> {
                    progress.add(event);
                    if (event instanceof StepDone) {
                        cancellations.cancel(request.requestId());
                    }
                });
        assertThat(((RecordOutcome.Done) outcome).result()).isInstanceOf(GenerationCancelled.class);
        assertThat(progress).hasSize(2);
    }

    @Test
    void releasesAnAbandonedRequestWithoutCountingTheAttempt() throws IOException {
        GenerateImage request = Requests.star(null, 64, 50, 1);
        for (int i = 0; i <= config.worker().maxAttempts(); i++) {
            StopSignal stop = handler.stopSignal(request.requestId());
            RecordOutcome outcome =
                    handler.handle(request.requestId(), Json.write(request), stop, event -> stop.abandon());
            assertThat(outcome).isEqualTo(new RecordOutcome.Release());
        }
        assertThat(attempts(request)).isEmpty();
    }

    @Test
    void doesNotStartAnExpiredRequest() {
        GenerateImage request = Requests.request().deadline(Instant.EPOCH).build();
        assertThat(((RecordOutcome.Done) handle(request)).result()).isInstanceOf(GenerationExpired.class);
        assertThat(progress).isEmpty();
    }

    @Test
    void runsNoStepAfterTheDeadline() {
        // The handler's clock is behind, so the deadline passes between the handler's check and the engine's check.
        Instant deadline = Instant.now();
        Clock before = Clock.fixed(deadline.minusSeconds(1), ZoneOffset.UTC);
        RequestHandler early = new RequestHandler(engine, blobs, cancellations, before, config);
        GenerateImage request = Requests.request().deadline(deadline).build();
        String id = request.requestId();
        RecordOutcome outcome = early.handle(id, Json.write(request), handler.stopSignal(id), progress::add);
        assertThat(((RecordOutcome.Done) outcome).result()).isInstanceOf(GenerationExpired.class);
        assertThat(progress).singleElement().isInstanceOf(GenerationStarted.class);
    }

    @Test
    void addsTheUpdatesOfSeveralAdapters() throws IOException {
        PinnedAdapter fits = DemoAdapter.store("fits", DemoAdapter.weights(192, 0.2f), blobs);
        PinnedAdapter more = DemoAdapter.store("more", DemoAdapter.weights(192, 0.4f), blobs);
        String one = sha256(Requests.request().adapter(fits, 1).build());
        String both =
                sha256(Requests.request().adapter(fits, 1).adapter(more, 0.5).build());
        assertThat(both).isNotEqualTo(one).isNotEqualTo(sha256(Requests.star()));
    }

    @Test
    void generatesTheSameImageWithAShadow() throws IOException {
        PinnedAdapter student = DemoAdapter.store("shadow", DemoAdapter.weights(192, 0.25f), blobs);
        GenerateImage watched = Requests.request().shadow(student, 5).build();
        GenerationSucceeded result = succeeded(handle(watched));
        assertThat(result.images().get(0).sha256()).isEqualTo(sha256(Requests.star()));
        assertThat(meters.get("lorafleet.shadow.error")
                        .tag("adapter", "shadow")
                        .summary()
                        .count())
                .isEqualTo(watched.steps());
        assertThat(result.shadow().student()).isEqualTo(student);
        assertThat(result.shadow().error()).isPositive();
        assertThat(result.shadow().drawnWith()).isNull(); // the teacher generates the images
    }

    @Test
    void comparesTheShadowWithTheGeneratingStudent() throws IOException {
        PinnedAdapter shadow = DemoAdapter.store("shadow", DemoAdapter.weights(192, 0.25f), blobs);
        PinnedAdapter student = DemoAdapter.store("generated", DemoAdapter.weights(192, 0.25f), blobs);
        GenerateImage watched = Requests.request()
                .guidance(1)
                .adapter(student, 1)
                .shadow(shadow, 5)
                .build();
        ShadowMeasured found = succeeded(handle(watched)).shadow();
        assertThat(found.drawnWith()).isEqualTo(student);
        assertThat(found.error()).isCloseTo(found.drawnError(), withinPercentage(0.1)); // the same weights
        assertThat(succeeded(handle(Requests.star())).shadow()).isNull();
    }

    @Test
    void generatesWithoutAnUnusableShadow() {
        PinnedAdapter missing = new PinnedAdapter("missing", 3, "0".repeat(64));
        GenerateImage watched = Requests.request().shadow(missing, 5).build();
        assertThat(succeeded(handle(watched)).images()).hasSize(1);
    }

    @Test
    void keepsTheImagesWhileTheBlobStoreFails() throws Exception {
        FaultyStore store = new FaultyStore(blobs);
        RequestHandler other = withStore(store);
        GenerateImage request = Requests.star();
        store.failWrites(key -> key.endsWith(".png"));
        CompletableFuture<RecordOutcome> outcome =
                CompletableFuture.supplyAsync(() -> handle(other, request, handler.stopSignal(request.requestId())));
        await().atMost(TIMEOUT).until(() -> other.storageFailure() != null);
        assertThat(other.storageFailure()).isEqualTo("no disk");
        store.failWrites(key -> key.endsWith(".json"));
        await().atMost(TIMEOUT)
                .until(() -> blobs.get(BlobKeys.image(request.requestId(), 0)).isPresent());
        assertThat(outcome).isNotDone();
        store.heal();
        assertThat(succeeded(outcome.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).images())
                .hasSize(1);
        assertThat(other.storageFailure()).isNull();
        assertThat(progress).hasSize(1 + request.allSteps()); // generated once
        assertThat(attempts(request)).containsExactly(BlobKeys.sharedAttempt(request.requestId()));
    }

    @Test
    void waitsForTheBlobStoreBeforeTheFirstAttempt() throws Exception {
        FaultyStore store = new FaultyStore(blobs);
        RequestHandler other = withStore(store);
        GenerateImage request = Requests.star();
        store.failWrites(key -> true);
        CompletableFuture<RecordOutcome> outcome =
                CompletableFuture.supplyAsync(() -> handle(other, request, handler.stopSignal(request.requestId())));
        await().atMost(TIMEOUT).until(() -> other.storageFailure() != null);
        assertThat(progress).isEmpty();
        store.heal();
        assertThat(succeeded(outcome.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).images())
                .hasSize(1);
    }

    @Test
    void releasesARequestThatWaitsForTheBlobStore() {
        FaultyStore store = new FaultyStore(blobs);
        store.failWrites(key -> true);
        GenerateImage request = Requests.star();
        StopSignal stop = handler.stopSignal(request.requestId());
        stop.abandon();
        assertThat(handle(withStore(store), request, stop)).isEqualTo(new RecordOutcome.Release());
    }

    /** An attempt that died after it stored the image may have run in another batch or on another processor. */
    @Test
    void reportsTheHashOfAnImageThatAnEarlierAttemptStored() throws IOException {
        GenerateImage request = Requests.star();
        byte[] earlier = {1, 2, 3};
        blobs.putIfAbsent(BlobKeys.image(request.requestId(), 0), earlier);
        assertThat(succeeded(handle(request)).images().get(0).sha256()).isEqualTo(Sha256.of(earlier));
    }

    private RequestHandler withStore(BlobStore store) {
        StorageRetries retries = new StorageRetries(Duration.ofMillis(10), TIMEOUT);
        return new RequestHandler(engine, store, cancellations, Clock.systemUTC(), config, retries);
    }

    private List<String> attempts(GenerateImage request) throws IOException {
        String prefix = BlobKeys.sharedAttempt(request.requestId()).replace("shared", "");
        try (Stream<String> attempts = blobs.list(prefix)) {
            return attempts.toList();
        }
    }

    @Test
    void leaksNoArraysInTwoHundredRequests() throws IOException {
        PinnedAdapter fits = DemoAdapter.store("fits", DemoAdapter.weights(192, 0.2f), blobs);
        PinnedAdapter other = DemoAdapter.store("other-base", DemoAdapter.weights(320, 0.2f), blobs);
        handle(Requests.star(fits, 64, 1, 1)); // after this, the adapter is resident and the prompt is cached
        Requests controlled = Requests.request().steps(1).control(controlNet("edges"), storedBlack(), 1);
        double before = meters.get("lorafleet.arrays.live").gauge().value();
        for (int i = 0; i < 50; i++) {
            handle(controlled.build());
            handle(Requests.star(null, 64, 1, 1));
            handle(Requests.star(fits, 64, 1, 1));
            handle(Requests.star(other, 64, 1, 1));
            handle(Requests.star(null, 66, 1, 1));
        }
        handle(Requests.star(fits, 64, 1, 1));
        assertThat(meters.get("lorafleet.arrays.live").gauge().value()).isEqualTo(before);
    }

    private PinnedControlNet controlNet(String name) {
        return engine.controlNets().stream()
                .filter(net -> net.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** @return an image with a dark left half and a bright right half */
    private InitImage storedImage(int width, int height, double strength) throws IOException {
        BufferedImage halves = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = halves.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(width / 2, 0, width, height);
        graphics.dispose();
        return new InitImage(RequestImage.store(halves, blobs), strength);
    }

    private String storedBlack() throws IOException {
        return RequestImage.store(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), blobs);
    }

    private RecordOutcome handle(GenerateImage request) {
        return handle(handler, request, handler.stopSignal(request.requestId()));
    }

    private RecordOutcome handle(RequestHandler handler, GenerateImage request, StopSignal stop) {
        return handler.handle(request.requestId(), Json.write(request), stop, progress::add);
    }

    private String sha256(GenerateImage request) {
        return succeeded(handle(request)).images().get(0).sha256();
    }

    private static GenerationSucceeded succeeded(RecordOutcome outcome) {
        return (GenerationSucceeded) ((RecordOutcome.Done) outcome).result();
    }

    private static GenerationFailed failed(RecordOutcome outcome) {
        return (GenerationFailed) ((RecordOutcome.Done) outcome).result();
    }
}
