// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.diffusion.Psnr;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.PinnedAdapter;
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
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.job.Cancellations;
import io.lorafleet.worker.job.RecordOutcome;
import io.lorafleet.worker.job.RequestHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
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

    private final Map<String, Integer> steps = new ConcurrentHashMap<>();

    @Test
    void generatesTheImagesOfEachRequestAsIfItWereAlone() throws IOException {
        PinnedAdapter one = DemoAdapter.store("mixed-one", DemoAdapter.weights(192, 0.11f), blobs);
        PinnedAdapter two = DemoAdapter.store("mixed-two", DemoAdapter.weights(192, 5, 0.12f), blobs);
        PinnedAdapter toy = DemoAdapter.store("mixed-toy", DemoAdapter.embedding(4), blobs);
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
                        .prompt("a red <toy>"));
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

    private RgbImage image(String key) throws IOException {
        return RgbImage.of(ImageIO.read(new ByteArrayInputStream(blobs.get(key).orElseThrow())));
    }
}
