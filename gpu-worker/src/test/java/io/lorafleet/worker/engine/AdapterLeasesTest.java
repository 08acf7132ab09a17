// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.BaseParts;
import io.lorafleet.diffusion.weights.BaseWeights;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.Requests;
import io.lorafleet.worker.SlowStore;
import io.lorafleet.worker.adapter.AdapterCatalog;
import io.lorafleet.worker.adapter.AdapterLimits;
import io.lorafleet.worker.adapter.AdapterStore;
import io.lorafleet.worker.adapter.AdapterWeights;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.adapter.UnusableAdapterException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In whichever order the adapters of a request load or fail, no adapter stays on the device without a lease. The device
 * has no room for unused adapters.
 *
 * <p>A Quarkus test only because two class loaders of one process cannot load the same native library.
 */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class AdapterLeasesTest {
    private static final Map<String, Shape> BASE =
            Map.of("mid_block.attentions.0.transformer_blocks.0.attn1.to_v.weight", new Shape(192, 192));
    private static final BaseModel MODEL = new BaseModel("demo", "ab".repeat(32), 4, 64, SamplerName.DDIM);
    private static final PinnedAdapter MISSING = new PinnedAdapter("missing", 1, "0".repeat(64));

    @TempDir
    private Path directory;

    private final NDManager owner = NDManager.newBaseManager();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private SlowStore blobs;
    private ResidentAdapters adapters;
    private PinnedAdapter style;
    private PinnedAdapter student;
    /** As large as the whole tier. */
    private PinnedAdapter other;

    @BeforeEach
    void store() throws IOException {
        blobs = new SlowStore(new DirectoryBlobStore(directory));
        style = DemoAdapter.store("style", DemoAdapter.weights(192, 0.1f), blobs);
        student = DemoAdapter.store("student", DemoAdapter.weights(192, 0.2f), blobs);
        byte[] weights = DemoAdapter.weights(192, 0.3f);
        other = DemoAdapter.store("other", weights, blobs);
        AdapterLimits limits = new AdapterLimits(weights.length, 1 << 20, 4);
        AdapterStore store = new AdapterStore(
                blobs, new AdapterCatalog(), MODEL, new BaseParts(BaseWeights.ofShapes(BASE), List.of()), limits);
        adapters = new ResidentAdapters(store, limits, DataType.FLOAT32, owner, meters);
    }

    @AfterEach
    void close() {
        blobs.release().countDown();
        adapters.close();
        owner.close();
    }

    @Test
    void holdsAllLeasesUntilItIsClosed() {
        AdapterLeases leases = acquire(style, student).join();
        assertThat(leases.own()).hasSize(1);
        assertThat(leases.shadow()).isNotNull();
        useAnother();
        assertThat(adapters.names()).containsExactlyInAnyOrder("style@1", "student@1");
        leases.close();
        requireNoLease();
    }

    @Test
    void holdsNoLeaseWhenAnAdapterIsMissingAndTheShadowIsResident() {
        delay(MISSING);
        CompletableFuture<AdapterLeases> leases = acquire(MISSING, student);
        adapters.acquire(unet(student)).join().close(); // the adapter is now resident for the request, too
        assertThat(leases).isNotDone();
        release();
        requireFailed(leases);
    }

    @Test
    void holdsNoLeaseWhenAnAdapterIsMissingAndTheShadowLoadsLater() {
        delay(student);
        CompletableFuture<AdapterLeases> leases = acquire(MISSING, student);
        assertThatThrownBy(() -> adapters.acquire(unet(MISSING)).join())
                .hasCauseInstanceOf(UnusableAdapterException.class);
        release();
        requireFailed(leases);
    }

    @Test
    void holdsNoLeaseWhenAnAdapterIsMissingAndTheOthersLoadLater() {
        delay(style);
        GenerateImage request = Requests.request()
                .adapter(MISSING, 1)
                .adapter(style, 1)
                .shadow(student, 5)
                .build();
        CompletableFuture<AdapterLeases> leases = AdapterLeases.acquire(request, adapters);
        adapters.acquire(unet(student)).join().close();
        release();
        requireFailed(leases);
    }

    @Test
    void continuesWithoutAMissingShadow() {
        AdapterLeases leases = acquire(style, MISSING).join();
        assertThat(leases.shadow()).isNull();
        useAnother();
        assertThat(adapters.names()).containsExactly("style@1");
        leases.close();
        requireNoLease();
    }

    @Test
    void holdsNoLeaseWhenAdapterAndShadowAreMissing() {
        PinnedAdapter gone = new PinnedAdapter("gone", 1, "1".repeat(64));
        requireFailed(acquire(MISSING, gone));
    }

    private CompletableFuture<AdapterLeases> acquire(PinnedAdapter own, PinnedAdapter shadow) {
        GenerateImage request =
                Requests.request().adapter(own, 1).shadow(shadow, 5).build();
        return AdapterLeases.acquire(request, adapters);
    }

    private void delay(PinnedAdapter adapter) {
        blobs.delayed().set(BlobKeys.adapter(adapter.sha256()));
    }

    private void release() {
        blobs.release().countDown();
    }

    private void requireFailed(CompletableFuture<AdapterLeases> leases) {
        assertThatThrownBy(leases::join).hasCauseInstanceOf(UnusableAdapterException.class);
        requireNoLease();
    }

    /** Loads an adapter that evicts all adapters without a lease. */
    private void useAnother() {
        adapters.acquire(unet(other)).join().close();
    }

    private void requireNoLease() {
        useAnother();
        assertThat(adapters.names()).containsExactly("other@1");
    }

    private static AdapterWeights unet(PinnedAdapter pinned) {
        return new AdapterWeights(pinned, TextEncoderTensors.IGNORE);
    }
}
