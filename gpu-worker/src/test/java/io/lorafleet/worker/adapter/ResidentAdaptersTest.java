package io.lorafleet.worker.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.testkit.BrokerResource;
import io.lorafleet.worker.DemoAdapter;
import io.lorafleet.worker.DemoModelResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Quarkus test only because native libraries cannot be loaded by two class loaders of one process. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
@WithTestResource(DemoModelResource.class)
class ResidentAdaptersTest {
    private static final Map<String, Shape> BASE =
            Map.of("mid_block.attentions.0.transformer_blocks.0.attn1.to_v.weight", new Shape(192, 192));

    @TempDir
    private Path directory;

    private final NDManager owner = NDManager.newBaseManager();
    private BlobStore blobs;
    private ResidentAdapters adapters;
    private PinnedAdapter first;
    private PinnedAdapter second;

    @BeforeEach
    void store() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        byte[] weights = DemoAdapter.weights(192, 0.1f);
        first = DemoAdapter.store("first", weights, blobs);
        second = DemoAdapter.store("second", DemoAdapter.weights(192, 0.2f), blobs);
        // Room for one of them.
        adapters = new ResidentAdapters(blobs, BASE, owner, weights.length);
    }

    @AfterEach
    void close() {
        owner.close();
    }

    @Test
    void keepsAnAdapterThatIsNoLongerInUse() {
        adapters.acquire(first).close();
        assertThat(adapters.count()).isEqualTo(1);
    }

    @Test
    void makesRoomForANewerOne() {
        adapters.acquire(first).close();
        int arrays = owner.getManagedArrays().size();
        adapters.acquire(second).close();
        assertThat(adapters.count()).isEqualTo(1);
        assertThat(owner.getManagedArrays().size()).isEqualTo(arrays);
    }

    @Test
    void neverTakesAnAdapterFromWhoUsesIt() {
        try (ResidentAdapters.Lease lease = adapters.acquire(first)) {
            adapters.acquire(second).close();
            assertThat(lease.adapter().updates().values().iterator().next().a().isReleased())
                    .isFalse();
        }
        assertThat(adapters.count()).isEqualTo(1);
    }
}
