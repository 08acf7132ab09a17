// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.Psnr;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.testkit.StoppedClock;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.batching.BatchScheduler;
import io.lorafleet.worker.batching.ImageSize;
import io.lorafleet.worker.batching.MaxBatchRows;
import io.lorafleet.worker.job.DeadlinePassedException;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.Job;
import io.lorafleet.worker.job.StepCounters;
import io.lorafleet.worker.job.StepListener;
import io.lorafleet.worker.job.StopSignal;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the step loop alone, with the demo model and a clock that only the test advances. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class StepLoopTest {
    private static final StepListener NOBODY = (image, preview) -> {};

    @Inject
    StableDiffusion model;

    @Inject
    ResidentAdapters adapters;

    @Inject
    BlobStore blobs;

    private final StoppedClock clock = new StoppedClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Semaphore finished = new Semaphore(0);
    private EngineMetrics metrics;
    private StepLoop loop;
    private Thread device;
    private final IdentityHashMap<ImageTask, CompletableFuture<FinishedImage>> promises = new IdentityHashMap<>();

    @BeforeEach
    void makeTheLoop() {
        makeTheLoop(clock);
    }

    private void makeTheLoop(Clock clock) {
        metrics = new EngineMetrics(meters, adapters, clock);
        MaxBatchRows maxRows = new MaxBatchRows(16, new ImageSize(64, 64));
        loop = new StepLoop(
                new BatchScheduler<>(maxRows, Duration.ZERO),
                this::finish,
                new Previews(null, Duration.ZERO),
                metrics,
                clock);
        device = TorchSettings.thread("device", loop);
    }

    private void finish(ImageTask task) {
        task.finish();
        finished.release();
    }

    @AfterEach
    void stop() throws InterruptedException {
        loop.stop();
        device.join();
    }

    @Test
    void aFailedStepFailsOnlyItsImages() {
        Requests wide = Requests.request().size(96, 64);
        device.start();
        // From here on, everything that is cached for a size and a prompt is cached.
        generate(wide.build());
        generate(Requests.star());
        int before = model.liveArrays();
        ImageTask broken = task(wide.build(), NOBODY);
        broken.denoising().close();
        CompletableFuture<FinishedImage> failed = join(broken);
        assertThat(generate(Requests.star()).image().width()).isEqualTo(64);
        assertThatThrownBy(failed::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(generate(wide.build()).image().width()).isEqualTo(96);
        assertThat(model.liveArrays()).isEqualTo(before);
    }

    @Test
    void aDefectBetweenTwoStepsDoesNotEndTheLoop() {
        DefectiveClock defective = new DefectiveClock();
        makeTheLoop(defective);
        CompletableFuture<FinishedImage> failed =
                join(task(Requests.request().steps(20).build(), (image, preview) -> defective.failing.set(true)));
        device.start();
        assertThatThrownBy(() -> failed.get(30, TimeUnit.SECONDS)).hasRootCauseMessage("defect");
        assertThat(generate(Requests.star()).image().width()).isEqualTo(64);
    }

    @Test
    void tellsHowLongAStepHangs() throws Exception {
        assertThat(loop.busyFor()).isZero();
        CountDownLatch hanging = new CountDownLatch(1);
        device.start();
        CompletableFuture<FinishedImage> image = join(task(Requests.star(), (index, preview) -> {
            try {
                hanging.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }));
        await().atMost(Duration.ofSeconds(30)).until(() -> loop.busyFor().toMillis() > 300);
        hanging.countDown();
        image.get(30, TimeUnit.SECONDS);
        await().atMost(Duration.ofSeconds(30)).until(() -> loop.busyFor().isZero());
    }

    @Test
    void runsNoStepAfterTheDeadline() {
        GenerateImage request = Requests.request()
                .steps(20)
                .deadline(clock.instant().plusSeconds(60))
                .build();
        List<Integer> steps = new ArrayList<>();
        CompletableFuture<FinishedImage> finishedImage = join(task(request, (image, preview) -> {
            steps.add(image);
            if (steps.size() == 3) {
                clock.advance(Duration.ofSeconds(60));
            }
        }));
        device.start();
        assertThatThrownBy(finishedImage::join).hasCauseInstanceOf(DeadlinePassedException.class);
        assertThat(steps).hasSize(3);
    }

    @Test
    void failsRunningImagesWhenItStops() {
        CompletableFuture<FinishedImage> finishedImage =
                join(task(Requests.request().steps(20).build(), (image, preview) -> loop.stop()));
        device.start();
        assertThatThrownBy(finishedImage::join).isInstanceOf(CancellationException.class);
    }

    /** The rows of an image change between its steps, while another image stays in the batch. */
    @Test
    void countsTheRowsOfAGuidanceInterval() {
        GenerateImage half = Requests.request().steps(4).guidance(0, 0.5).build();
        GenerateImage guided = Requests.request().steps(4).build();
        CompletableFuture<FinishedImage> first = join(task(half, NOBODY));
        CompletableFuture<FinishedImage> second = join(task(guided, NOBODY));
        device.start();
        RgbImage together = first.join().image();
        second.join();
        assertThat(metrics.count(16)).isEqualTo(new StepCounters(4, 4 + 4 + 3 + 3, 16));
        assertThat(evaluations("teacher")).isEqualTo(2 * 2 + 4 * 2);
        assertThat(evaluations("unguided")).isEqualTo(2);
        assertThat(Psnr.of(generate(half).image(), together)).isGreaterThan(50);
    }

    @Test
    void countsStepsRowsAndWaits() throws Exception {
        PinnedAdapter adapter = DemoAdapter.store("counted", DemoAdapter.weights(192, 0.27f), blobs);
        GenerateImage guided = Requests.request().build();
        GenerateImage student = Requests.request()
                .guidance(1)
                .adapter(adapter, 1)
                .priority(Priority.BATCH)
                .build();
        GenerateImage styled = Requests.request().adapter(adapter, 0.5).build();
        GenerateImage unguided = Requests.request().guidance(1).steps(3).build();
        clock.set(guided.acceptedAt().plusSeconds(4));
        List<CompletableFuture<FinishedImage>> finishedImage = new ArrayList<>();
        for (GenerateImage each : List.of(guided, student, styled, unguided)) {
            finishedImage.add(join(task(each, NOBODY)));
        }
        device.start();
        finishedImage.forEach(CompletableFuture::join);

        assertThat(metrics.count(16)).isEqualTo(new StepCounters(3, 6 + 6 + 1, 16));
        assertThat(meters.get("lorafleet.step").timer().count()).isEqualTo(3);
        assertThat(meters.get("lorafleet.step.gap").timer().count()).isEqualTo(2);
        assertThat(meters.get("lorafleet.batch.rows").summary().max()).isEqualTo(6);
        assertThat(meters.get("lorafleet.batch.adapters").summary().totalAmount())
                .isEqualTo(2); // one in each of the first two steps
        assertThat(evaluations("teacher")).isEqualTo(4);
        assertThat(evaluations("unguided")).isEqualTo(3);
        assertThat(evaluations("student")).isEqualTo(2);
        assertThat(evaluations("style")).isEqualTo(4);
        assertThat(meters.get("lorafleet.adapter.evaluations")
                        .tag("adapter", "counted")
                        .counter()
                        .count())
                .isEqualTo(2 + 4);
        assertThat(waits("interactive").count()).isEqualTo(3);
        assertThat(waits("batch").count()).isEqualTo(1);
        assertThat(waits("batch").totalTime(TimeUnit.SECONDS)).isEqualTo(4);
    }

    private double evaluations(String role) {
        return meters.get("lorafleet.unet.evaluations")
                .tag("role", role)
                .counter()
                .count();
    }

    private Timer waits(String priority) {
        return meters.get("lorafleet.queue.wait").tag("priority", priority).timer();
    }

    /** Returns after the image's arrays are freed. */
    private FinishedImage generate(GenerateImage request) {
        FinishedImage finishedImage = join(task(request, NOBODY)).join();
        finished.acquireUninterruptibly();
        return finishedImage;
    }

    private CompletableFuture<FinishedImage> join(ImageTask task) {
        loop.submit(task);
        return promises.get(task);
    }

    private ImageTask task(GenerateImage request, StepListener onStep) {
        Job job = new Job(request, null, List.of(), clock.instant(), new StopSignal(() -> false), onStep);
        AdapterLeases leases = AdapterLeases.acquire(request, adapters).join();
        PreparedPrompt prompt =
                PreparedPrompt.of(model, job.parameters(0), leases.applied(request), leases.shadow(request));
        CompletableFuture<FinishedImage> finishedImage = new CompletableFuture<>();
        ImageTask task = new ImageTask(
                job,
                0,
                new SharedPrompt(prompt, leases, 1),
                Denoising.start(prompt, job.parameters(0), null),
                finishedImage);
        promises.put(task, finishedImage);
        return task;
    }

    /** A clock that fails once when it is told to. */
    private static final class DefectiveClock extends Clock {
        private final Clock clock = new StoppedClock();
        private final AtomicBoolean failing = new AtomicBoolean();

        @Override
        public Instant instant() {
            if (failing.getAndSet(false)) {
                throw new IllegalStateException("defect");
            }
            return clock.instant();
        }

        @Override
        public ZoneId getZone() {
            return clock.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return clock.withZone(zone);
        }
    }
}
