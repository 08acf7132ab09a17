// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.Torch;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.Priority;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.testkit.StoppedClock;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.batching.BatchCap;
import io.lorafleet.worker.batching.PictureSize;
import io.lorafleet.worker.batching.Turns;
import io.lorafleet.worker.job.DeadlinePassedException;
import io.lorafleet.worker.job.Drawing;
import io.lorafleet.worker.job.Drawn;
import io.lorafleet.worker.job.StepCount;
import io.lorafleet.worker.job.StepListener;
import io.lorafleet.worker.job.StopSignal;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop alone, with pictures of the demo model, and time that stands still unless a test moves it. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class StepLoopTest {
    private static final StepListener NOBODY = (picture, preview) -> {};

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
    private final IdentityHashMap<Ride, CompletableFuture<Drawn>> promises = new IdentityHashMap<>();

    @BeforeEach
    void makeTheLoop() {
        metrics = new EngineMetrics(meters, adapters, clock);
        BatchCap cap = new BatchCap(16, new PictureSize(64, 64));
        loop = new StepLoop(
                new Turns<>(cap, Duration.ZERO), this::finish, new Previews(null, Duration.ZERO), metrics, clock);
        device = Torch.thread("device", loop);
    }

    private void finish(Ride ride) {
        ride.finish();
        finished.release();
    }

    @AfterEach
    void stop() throws InterruptedException {
        loop.stop();
        device.join();
    }

    @Test
    void aStepThatFailsEndsItsPicturesAndNoOthers() {
        Requests wide = Requests.request().size(96, 64);
        device.start();
        // What is kept of a size and a prompt is kept from now on.
        draw(wide.build());
        draw(Requests.star());
        int before = model.liveArrays();
        Ride broken = ride(wide.build(), NOBODY);
        broken.denoising().close();
        CompletableFuture<Drawn> failed = join(broken);
        assertThat(draw(Requests.star()).picture().width()).isEqualTo(64);
        assertThatThrownBy(failed::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(draw(wide.build()).picture().width()).isEqualTo(96);
        assertThat(model.liveArrays()).isEqualTo(before);
    }

    @Test
    void makesNoStepAfterTheDeadline() {
        GenerateImage request = Requests.request()
                .steps(20)
                .deadline(clock.instant().plusSeconds(60))
                .build();
        List<Integer> steps = new ArrayList<>();
        CompletableFuture<Drawn> drawn = join(ride(request, (picture, preview) -> {
            steps.add(picture);
            if (steps.size() == 3) {
                clock.advance(Duration.ofSeconds(60));
            }
        }));
        device.start();
        assertThatThrownBy(drawn::join).hasCauseInstanceOf(DeadlinePassedException.class);
        assertThat(steps).hasSize(3);
    }

    @Test
    void givesUpWhatIsOnItsWayWhenItStops() {
        CompletableFuture<Drawn> drawn =
                join(ride(Requests.request().steps(20).build(), (picture, preview) -> loop.stop()));
        device.start();
        assertThatThrownBy(drawn::join).isInstanceOf(CancellationException.class);
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
        List<CompletableFuture<Drawn>> drawn = new ArrayList<>();
        for (GenerateImage each : List.of(guided, student, styled, unguided)) {
            drawn.add(join(ride(each, NOBODY)));
        }
        device.start();
        drawn.forEach(CompletableFuture::join);

        assertThat(metrics.count(16)).isEqualTo(new StepCount(3, 6 + 6 + 1, 16));
        assertThat(meters.get("lorafleet.step").timer().count()).isEqualTo(3);
        assertThat(meters.get("lorafleet.step.gap").timer().count()).isEqualTo(2);
        assertThat(meters.get("lorafleet.batch.rows").summary().max()).isEqualTo(6);
        assertThat(meters.get("lorafleet.batch.adapters").summary().totalAmount())
                .isEqualTo(2); // one in each of the first two steps
        assertThat(evaluations("none", "teacher")).isEqualTo(4);
        assertThat(evaluations("none", "unguided")).isEqualTo(3);
        assertThat(evaluations("counted@1", "student")).isEqualTo(2);
        assertThat(evaluations("counted@1", "style")).isEqualTo(4);
        assertThat(waits("interactive").count()).isEqualTo(3);
        assertThat(waits("batch").count()).isEqualTo(1);
        assertThat(waits("batch").totalTime(TimeUnit.SECONDS)).isEqualTo(4);
    }

    private double evaluations(String adapter, String role) {
        return meters.get("lorafleet.unet.evaluations")
                .tags("adapter", adapter, "role", role)
                .counter()
                .count();
    }

    private Timer waits(String priority) {
        return meters.get("lorafleet.queue.wait").tag("priority", priority).timer();
    }

    /** Returns when what the picture needed is freed, too. */
    private Drawn draw(GenerateImage request) {
        Drawn drawn = join(ride(request, NOBODY)).join();
        finished.acquireUninterruptibly();
        return drawn;
    }

    private CompletableFuture<Drawn> join(Ride ride) {
        loop.join(ride);
        return promises.get(ride);
    }

    private Ride ride(GenerateImage request, StepListener onStep) {
        Drawing drawing = new Drawing(request, null, clock.instant(), new StopSignal(() -> false), onStep);
        HeldAdapters held = HeldAdapters.acquire(request, adapters).join();
        PreparedPrompt prompt =
                PreparedPrompt.of(model, drawing.picture(0), held.applied(request), held.shadow(request));
        CompletableFuture<Drawn> drawn = new CompletableFuture<>();
        Ride ride = new Ride(
                drawing,
                0,
                new SharedPrompt(prompt, held, 1),
                Denoising.start(prompt, drawing.picture(0), null),
                drawn);
        promises.put(ride, drawn);
        return ride;
    }
}
