// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.SlowStore;
import io.lorafleet.worker.WorkerConfig;
import io.lorafleet.worker.adapter.AdapterCatalog;
import io.lorafleet.worker.adapter.AdapterLimits;
import io.lorafleet.worker.adapter.AdapterStore;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.batching.ImageSize;
import io.lorafleet.worker.batching.MaxBatchRows;
import io.lorafleet.worker.job.FinishedImage;
import io.lorafleet.worker.job.Job;
import io.lorafleet.worker.job.StopSignal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses an engine of its own, in addition to the service's engine. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class DiffusionEngineTest {
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    @Inject
    WorkerConfig config;

    @Inject
    StableDiffusion loaded;

    @TempDir
    private Path directory;

    @Test
    void opensTheControlNetsOfAFolderByName() throws IOException {
        Path depth = Files.createDirectory(directory.resolve("depth"));
        for (String file : List.of("config.json", WEIGHTS)) {
            Files.copy(DemoModelResource.CONTROL_NETS.resolve("depth").resolve(file), depth.resolve(file));
        }
        Files.createDirectory(directory.resolve(".hidden"));
        Files.writeString(directory.resolve("SHA256SUMS"), "");
        try (ControlNets opened = ControlNets.open(loaded, directory, Precision.FLOAT32)) {
            String sha256 = Checksums.sha256(List.of(depth.resolve("config.json"), depth.resolve(WEIGHTS)));
            assertThat(opened.references()).containsExactly(new PinnedControlNet("depth", sha256));
        }
    }

    @Test
    void namesAllControlNetsThatCannotBeUsed() throws IOException {
        Path fits = DemoModelResource.CONTROL_NETS.resolve("depth");
        Path changed = Files.createDirectory(directory.resolve("changed"));
        Files.copy(fits.resolve(WEIGHTS), changed.resolve(WEIGHTS));
        Files.copy(fits.resolve("config.json"), changed.resolve("config.json"));
        Files.writeString(changed.resolve("SHA256SUMS"), "0".repeat(64) + "  " + WEIGHTS + "\n");
        Path other = Files.createDirectory(directory.resolve("other-base"));
        Files.copy(fits.resolve(WEIGHTS), other.resolve(WEIGHTS));
        Files.writeString(
                other.resolve("config.json"),
                Files.readString(fits.resolve("config.json")).replace("128,", "320,"));
        Files.writeString(directory.resolve("pickled.pth"), "");
        assertThatThrownBy(() -> ControlNets.open(loaded, directory, Precision.FLOAT32))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("lorafleet.worker.control-nets: expected ControlNets for the model demo-model,"
                        + " found 3 that cannot be used. changed: ")
                .hasMessageContaining(WEIGHTS + ": expected SHA-256 " + "0".repeat(64) + ", found ")
                .hasMessageContaining("other-base: ")
                .hasMessageContaining(
                        ": block_out_channels: expected [64, 128, 192], as in the base model, found [64, 320,")
                .hasMessageContaining("pickled.pth: ")
                .hasMessageContaining("expected a folder in the diffusers layout or a .safetensors file");
        assertThatThrownBy(() -> ControlNets.open(loaded, directory.resolve("none"), Precision.FLOAT32))
                .hasMessageStartingWith("lorafleet.worker.control-nets: expected a folder of ControlNets, found ");
    }

    @Test
    void completesAllFuturesWhenItIsClosedUnderLoad() throws Exception {
        SlowStore blobs = new SlowStore(new DirectoryBlobStore(directory));
        PinnedAdapter late = DemoAdapter.store("late", DemoAdapter.weights(192, 0.1f), blobs);
        blobs.delayed().set(BlobKeys.adapter(late.sha256()));
        StableDiffusion model = StableDiffusion.open(config.model(), Device.cpu(), Precision.FLOAT32);
        AdapterLimits limits = new AdapterLimits(1 << 20, 1 << 20, 4);
        BaseModel description = new BaseModel("demo", "ab".repeat(32), 4, 64, SamplerName.DDIM);
        AdapterStore store = new AdapterStore(blobs, new AdapterCatalog(), description, model.weights(), limits);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        DiffusionEngine engine = new DiffusionEngine(
                model,
                description,
                new ResidentAdapters(store, limits, model.unet().type(), model.owner(), meters),
                ControlNets.none(),
                new MaxBatchRows(4, new ImageSize(64, 64)),
                Duration.ofSeconds(30),
                new Previews(null, Duration.ZERO),
                meters,
                Clock.systemUTC());
        CountDownLatch stepping = new CountDownLatch(1);
        List<CompletableFuture<FinishedImage>> promised = new ArrayList<>();
        promised.addAll(generate(engine, Requests.star(late, 64, 2, 1), stepping)); // waits for its adapter
        promised.addAll(generate(engine, Requests.star(null, 64, 1000, 4), stepping)); // running
        stepping.await();
        for (int i = 0; i < 50; i++) {
            promised.addAll(generate(engine, Requests.star(null, 64, 1, 1), stepping)); // not started
        }

        engine.close();

        assertThat(promised).allMatch(CompletableFuture::isDone);
    }

    private static List<CompletableFuture<FinishedImage>> generate(
            DiffusionEngine engine, GenerateImage request, CountDownLatch stepping) {
        StopSignal never = new StopSignal(() -> false);
        return engine.generate(
                new Job(request, null, List.of(), Instant.now(), never, (image, preview) -> stepping.countDown()));
    }
}
