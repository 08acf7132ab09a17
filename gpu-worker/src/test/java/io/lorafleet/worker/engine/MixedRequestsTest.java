// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.diffusion.Control;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.Psnr;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.unet.ControlNet;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.generation.StepDone;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.RequestImage;
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.job.Cancellations;
import io.lorafleet.worker.job.ImageEngine;
import io.lorafleet.worker.job.Job;
import io.lorafleet.worker.job.RecordOutcome;
import io.lorafleet.worker.job.RequestHandler;
import io.lorafleet.worker.job.StopSignal;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Requests that run in one step loop, like the requests of several slots. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class MixedRequestsTest {
    /** In decibels. Below this value, a difference may be visible. */
    private static final double INVISIBLE = 50;

    @Inject
    RequestHandler handler;

    @Inject
    BlobStore blobs;

    @Inject
    Cancellations cancellations;

    @Inject
    MeterRegistry meters;

    @Inject
    ImageEngine engine;

    @Inject
    StableDiffusion model;

    private final Map<String, Integer> steps = new ConcurrentHashMap<>();

    @Test
    void generatesTheImagesOfEachRequestAsIfItWereAlone() throws IOException {
        PinnedAdapter one = DemoAdapter.store("mixed-one", DemoAdapter.weights(192, 0.11f), blobs);
        PinnedAdapter two = DemoAdapter.store("mixed-two", DemoAdapter.weights(192, 5, 0.12f), blobs);
        PinnedAdapter toy = DemoAdapter.store("mixed-toy", DemoAdapter.embedding(4), blobs);
        PinnedControlNet depth = engine.controlNets().get(0);
        PinnedControlNet edges = engine.controlNets().get(1);
        String stripes = RequestImage.store(stripes(8), blobs);
        List<Requests> mix = List.of(
                Requests.request().steps(12),
                Requests.request().steps(8).guidance(1).adapter(one, 1).seed(1),
                Requests.request().steps(10).guidance(1).adapter(two, 0.7).sampler(SamplerName.EULER_ANCESTRAL),
                Requests.request().steps(6).adapter(one, 0.5).adapter(two, 1).priority(Priority.BATCH),
                Requests.request().steps(9).guidance(1).sampler(SamplerName.LCM).count(2),
                Requests.request()
                        .steps(7)
                        .guidance(3)
                        .sampler(SamplerName.UNIPC)
                        .prompt("a blue ring"),
                Requests.request().steps(5).size(96, 64).adapter(two, 1),
                Requests.request().steps(8).guidance(1).shadow(two, 5).prompt("a small green square"),
                Requests.request()
                        .steps(6)
                        .adapter(one, 0.5)
                        .embedding(toy, "<toy>")
                        .prompt("a red <toy>"),
                Requests.request().steps(6).control(edges, stripes, 1),
                Requests.request()
                        .steps(9)
                        .guidance(1)
                        .adapter(one, 1)
                        .control(edges, stripes, 0.5, 0, 0.5)
                        .control(depth, stripes, 1, 0.25, 1));
        double before = meters.get("lorafleet.batch.rows").summary().max();
        List<CompletableFuture<GenerationFinished>> together =
                mix.stream().map(each -> begin(each.build())).toList();
        List<GenerationSucceeded> results =
                together.stream().map(each -> (GenerationSucceeded) each.join()).toList();
        assertThat(results.get(8).tokens().prompt()).isEqualTo(new PromptTokens.Count(2 + 4, 0));
        for (int i = 0; i < mix.size(); i++) {
            GenerationSucceeded alone =
                    (GenerationSucceeded) begin(mix.get(i).build()).join();
            for (int k = 0; k < alone.images().size(); k++) {
                RgbImage a = image(alone.images().get(k).blob());
                RgbImage b = image(results.get(i).images().get(k).blob());
                assertThat(Psnr.of(a, b)).as("request %d, image %d", i, k).isGreaterThan(INVISIBLE);
            }
        }
        assertThat(meters.get("lorafleet.batch.rows").summary().max()).isGreaterThanOrEqualTo(Math.max(before, 3));
    }

    @Test
    void generatesWithControlNetsAsTheLibraryDoes() throws IOException {
        PinnedControlNet depth = engine.controlNets().get(0);
        PinnedControlNet edges = engine.controlNets().get(1);
        GenerateImage request = Requests.request()
                .steps(4)
                .control(edges, RequestImage.store(stripes(8), blobs), 0.8)
                .control(depth, RequestImage.store(stripes(16), blobs), 0.5, 0, 0.5)
                .build();
        GenerationSucceeded result = (GenerationSucceeded) begin(request).join();
        RgbImage generated = image(result.images().get(0).blob());
        try (ControlNet edgesOfLibrary = openControlNet("edges");
                ControlNet depthOfLibrary = openControlNet("depth")) {
            List<Control> controls = List.of(
                    new Control(edgesOfLibrary, RgbImage.of(stripes(8)), 0.8, 0, 1),
                    new Control(depthOfLibrary, RgbImage.of(stripes(16)), 0.5, 0, 0.5));
            assertThat(generated.rgb()).isEqualTo(inLibrary(request, controls).rgb());
            assertThat(generated.rgb())
                    .isNotEqualTo(inLibrary(request, List.of()).rgb());
        }
    }

    private ControlNet openControlNet(String name) {
        return model.openControlNet(DemoModelResource.CONTROL_NETS.resolve(name), Precision.FLOAT32);
    }

    private RgbImage inLibrary(GenerateImage request, List<Control> controls) {
        GenerationParameters parameters = new Job(
                        request, null, List.of(), Instant.EPOCH, new StopSignal(() -> false), (image, preview) -> {})
                .parameters(0);
        try (PreparedPrompt prompt = PreparedPrompt.of(model, parameters, List.of(), null, controls);
                Denoising image = Denoising.start(prompt, parameters, null)) {
            while (!image.done()) {
                image.advance();
            }
            return image.image();
        }
    }

    @Test
    void failsOnlyTheRequestWithAMissingAdapter() {
        PinnedAdapter missing = new PinnedAdapter("missing", 1, "1".repeat(64));
        CompletableFuture<GenerationFinished> good = begin(Requests.star());
        CompletableFuture<GenerationFinished> bad =
                begin(Requests.request().adapter(missing, 1).build());
        assertThat(bad.join()).isInstanceOf(GenerationFailed.class);
        assertThat(good.join()).isInstanceOf(GenerationSucceeded.class);
    }

    @Test
    void stopsOnlyACancelledRequestWithinAStep() {
        GenerateImage cancelled = Requests.request().steps(1000).build();
        CompletableFuture<GenerationFinished> ended = begin(cancelled);
        CompletableFuture<GenerationFinished> other =
                begin(Requests.request().steps(30).build());
        await().atMost(Duration.ofSeconds(30)).until(() -> steps.getOrDefault(cancelled.requestId(), 0) > 2);
        cancellations.cancel(cancelled.requestId());
        int then = steps.get(cancelled.requestId());
        ended.join();
        // The running step, and possibly a step that started before the signal was seen.
        assertThat(steps.get(cancelled.requestId())).isBetween(then, then + 2);
        assertThat(other.join()).isInstanceOf(GenerationSucceeded.class);
    }

    private CompletableFuture<GenerationFinished> begin(GenerateImage request) {
        String id = request.requestId();
        Executor slot = task -> new Thread(task, "slot").start();
        return CompletableFuture.supplyAsync(
                () -> ((RecordOutcome.Done) handler.handle(id, Json.write(request), handler.stopSignal(id), event -> {
                            if (event instanceof StepDone step) {
                                steps.put(id, step.step());
                            }
                        }))
                        .result(),
                slot);
    }

    /** @return vertical stripes, of the size of the demo model's images */
    private static BufferedImage stripes(int width) {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 64; i++) {
            image.setRGB(i % 64, i / 64, i / width % 2 == 0 ? 0xFFFFFF : 0x202020);
        }
        return image;
    }

    private RgbImage image(String key) throws IOException {
        return RgbImage.of(ImageIO.read(new ByteArrayInputStream(blobs.get(key).orElseThrow())));
    }
}
