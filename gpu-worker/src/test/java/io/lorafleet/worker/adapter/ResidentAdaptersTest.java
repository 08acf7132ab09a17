// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

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
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.messages.worker.WorkerStatus.RefusedAdapter;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.lorafleet.worker.SlowStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Quarkus test only because two class loaders of one process cannot load the same native library. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class ResidentAdaptersTest {
    private static final Map<String, Shape> BASE =
            Map.of("mid_block.attentions.0.transformer_blocks.0.attn1.to_v.weight", new Shape(192, 192));
    private static final String FINGERPRINT = "ab".repeat(32);
    private static final BaseModel MODEL = new BaseModel("demo", FINGERPRINT, 4, 64, SamplerName.DDIM);
    /** Size of a demo adapter on the device: two factors of rank 2 over 192 channels. */
    private static final long ON_DEVICE = 2 * 2 * 192 * Float.BYTES;

    @TempDir
    private Path directory;

    private final NDManager owner = NDManager.newBaseManager();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AdapterCatalog catalog = new AdapterCatalog();
    private SlowStore blobs;
    private ResidentAdapters adapters;
    private PinnedAdapter first;
    private PinnedAdapter second;
    private PinnedAdapter third;

    @BeforeEach
    void store() throws IOException {
        blobs = new SlowStore(new DirectoryBlobStore(directory));
        byte[] weights = DemoAdapter.weights(192, 0.1f);
        first = DemoAdapter.store("first", weights, blobs);
        second = DemoAdapter.store("second", DemoAdapter.weights(192, 0.2f), blobs);
        third = DemoAdapter.store("third", DemoAdapter.weights(192, 0.3f), blobs);
        // The device has room for one adapter, the host for two.
        adapters = withLimits(new AdapterLimits(weights.length, 2L * weights.length, 4));
    }

    private ResidentAdapters withLimits(AdapterLimits limits) {
        AdapterStore store =
                new AdapterStore(blobs, catalog, MODEL, new BaseParts(BaseWeights.ofShapes(BASE), List.of()), limits);
        return new ResidentAdapters(store, limits, DataType.FLOAT32, owner, meters);
    }

    @AfterEach
    void close() {
        blobs.release().countDown();
        adapters.close();
        owner.close();
    }

    @Test
    void keepsAnAdapterWithoutUsers() {
        use(first);
        use(first);
        assertThat(adapters.names()).containsExactly("first@1");
        assertThat(found("nowhere")).isEqualTo(1);
        assertThat(found("device")).isEqualTo(1);
        assertThat(meters.get("lorafleet.adapters.device.bytes").gauge().value())
                .isEqualTo(ON_DEVICE);
    }

    @Test
    void evictsFromTheDeviceToTheHost() {
        use(first);
        use(second);
        assertThat(adapters.names()).containsExactly("second@1");
        assertThat(adapters.countOnHost()).isEqualTo(2);
        use(first);
        assertThat(found("host")).isEqualTo(1);
        assertThat(found("nowhere")).isEqualTo(2);
    }

    @Test
    void evictsFromTheHost() {
        use(first);
        use(second);
        int arrays = arrays();
        use(third);
        assertThat(adapters.countOnHost()).isEqualTo(2);
        assertThat(arrays()).isEqualTo(arrays);
        assertThat(meters.get("lorafleet.adapter.evictions")
                        .tag("tier", "host")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void neverEvictsAnAdapterInUse() {
        try (ResidentAdapters.Lease lease = adapters.acquire(unet(first)).join()) {
            use(second);
            assertThat(adapters.names()).contains("first@1");
            assertThat(lease.adapter().bytes()).isEqualTo(ON_DEVICE);
        }
        assertThat(adapters.countOnDevice()).isEqualTo(1);
    }

    @Test
    void doesNotWaitForAnotherAdapter() {
        use(first);
        blobs.delayed().set(BlobKeys.adapter(second.sha256()));
        CompletableFuture<ResidentAdapters.Lease> waiting = adapters.acquire(unet(second));
        CompletableFuture<ResidentAdapters.Lease> withIt = adapters.acquire(unet(second));
        use(first);
        assertThat(waiting).isNotDone();
        blobs.release().countDown();
        waiting.join().close();
        withIt.join().close();
        assertThat(found("nowhere")).isEqualTo(2); // a single load for both requests
    }

    @Test
    void loadsAPublishedVersionBeforeItsFirstRequest() {
        adapters.published(version(first, FINGERPRINT));
        adapters.acquire(unet(first)).join().close(); // waits for the load in progress, or finds its result
        assertThat(found("nowhere")).isEqualTo(1);
        adapters.stepped(first);
        adapters.stepped(first);
        assertThat(meters.get("lorafleet.adapter.activation").timer().count()).isEqualTo(1);
    }

    @Test
    void rejectsAMissingAdapterUntilItIsStored() throws IOException {
        byte[] weights = DemoAdapter.weights(192, 0.7f);
        PinnedAdapter late = new PinnedAdapter("late", 1, Sha256.of(weights));
        assertRefused(late, "weights: expected blob adapters/" + late.sha256());
        blobs.putIfAbsent(BlobKeys.adapter(late.sha256()), weights);
        use(late);
        assertThat(adapters.refused()).isEmpty();
    }

    @Test
    void rejectsCorruptWeights() throws IOException {
        byte[] weights = DemoAdapter.weights(192, 0.8f);
        PinnedAdapter damaged = new PinnedAdapter("damaged", 1, Sha256.of(weights));
        weights[weights.length - 1] ^= 1;
        blobs.putIfAbsent(BlobKeys.adapter(damaged.sha256()), weights);
        assertRefused(damaged, "weights: expected SHA-256 " + damaged.sha256());
    }

    @Test
    void rejectsAnAdapterOfAnotherBaseByItsFingerprint() {
        String other = "cd".repeat(32);
        catalog.apply(AdapterEvent.of(version(first, other)), false);
        assertRefused(first, "baseFingerprint: expected " + FINGERPRINT + " (demo), found " + other);
    }

    @Test
    void rejectsAnAdapterOfAnotherBaseByItsShapes() throws IOException {
        giveRoom();
        assertRefused(
                DemoAdapter.store("wide", DemoAdapter.weights(320, 1), blobs),
                "lora_A.weight: expected (2, 192), found (2, 320)");
    }

    @Test
    void rejectsValuesThatAreNotFinite() throws IOException {
        assertRefused(
                DemoAdapter.store("nan", DemoAdapter.weights(192, Float.NaN), blobs),
                "expected finite numbers, found NaN or infinity");
    }

    @Test
    void rejectsARankThatIsTooLarge() throws IOException {
        giveRoom();
        assertRefused(
                DemoAdapter.store("high", DemoAdapter.weights(192, 5, 1), blobs), "rank: expected at most 4, found 5");
    }

    @Test
    void rejectsAFileThatIsTooLarge() {
        adapters.close();
        adapters = withLimits(new AdapterLimits(1000, 1000, 4));
        assertRefused(first, "weights: expected at most 1000 bytes, found more");
    }

    @Test
    void rejectsATruncatedFile() throws IOException {
        byte[] weights = DemoAdapter.weights(192, 0.9f);
        byte[] half = Arrays.copyOf(weights, weights.length / 2);
        assertRefused(DemoAdapter.store("half", half, blobs), "half@1");
    }

    /** The requests for a version that ignores a text encoder part do not depend on this part. */
    @Test
    void loadsTheUNetPartOfAFileWhoseTextEncoderPartDoesNotFit() throws IOException {
        giveRoom();
        PinnedAdapter both = DemoAdapter.store("both", DemoAdapter.withTextEncoder(192, 0.5f), blobs);
        AdapterWeights whole = new AdapterWeights(both, TextEncoderTensors.APPLY);
        assertThatThrownBy(() -> adapters.acquire(whole).join())
                .hasMessageContaining("the base has no text_encoder, which the file has tensors for");
        use(both);
        assertThat(adapters.names()).containsExactly("both@1");
        assertThatThrownBy(() -> adapters.acquire(whole).join()).hasMessageContaining("the base has no text_encoder");
    }

    private void giveRoom() {
        adapters.close();
        adapters = withLimits(new AdapterLimits(1 << 20, 1 << 20, 4));
    }

    private void assertRefused(PinnedAdapter adapter, String why) {
        int arrays = arrays();
        assertThatThrownBy(() -> adapters.acquire(unet(adapter)).join())
                .hasCauseInstanceOf(UnusableAdapterException.class)
                .hasMessageContaining(why);
        assertThatThrownBy(() -> adapters.acquire(unet(adapter)).join()).hasMessageContaining(why);
        assertThat(adapters.refused())
                .singleElement()
                .returns(adapter.toString(), RefusedAdapter::adapter)
                .extracting(RefusedAdapter::reason)
                .asString()
                .contains(why);
        assertThat(meters.get("lorafleet.adapter.refusals").counter().count()).isPositive();
        assertThat(arrays()).isEqualTo(arrays);
    }

    private void use(PinnedAdapter adapter) {
        adapters.acquire(unet(adapter)).join().close();
    }

    private double found(String where) {
        return meters.get("lorafleet.adapter.lookups")
                .tag("found", where)
                .counter()
                .count();
    }

    private int arrays() {
        return owner.getParentManager().getManagedArrays().size();
    }

    private static AdapterVersion version(PinnedAdapter adapter, String base) {
        return new AdapterVersion(
                adapter.name(),
                adapter.version(),
                adapter.sha256(),
                100,
                2,
                base,
                AdapterVersion.Kind.STYLE,
                null,
                Instant.EPOCH,
                null);
    }

    private static AdapterWeights unet(PinnedAdapter pinned) {
        return new AdapterWeights(pinned, TextEncoderTensors.IGNORE);
    }
}
