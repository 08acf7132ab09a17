package io.lorafleet.gateway.adapter;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.Adapters.retired;
import static io.lorafleet.gateway.LoraFiles.lora;
import static io.lorafleet.gateway.LoraFiles.safetensors;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.WorkerStatus;
import io.lorafleet.messages.WorkerStatus.BaseModel;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterUploadsTest {
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private final AdapterRegistry registry = new AdapterRegistry();
    private final ModelDirectory models = new ModelDirectory(CLOCK);
    private BlobStore blobs;
    private AdapterUploads uploads;

    @BeforeEach
    void wire(@TempDir Path directory) throws IOException {
        blobs = new DirectoryBlobStore(directory);
        uploads = gateway(registry);
    }

    @Test
    void readsTheRankOffTheFile() throws IOException {
        assertThat(published(uploads, lora("a", 16)).rank()).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({
        "unet.down_blocks.0.attn1.to_q.lora_A.weight",
        "unet.down_blocks.0.attn1.to_q.lora.down.weight",
        "lora_unet_down_blocks_0_attn1_to_q.lora_down.weight",
        "base_model.model.down_blocks.0.attn1.to_q.lora_A.weight"
    })
    void findsTheLargestRankInEachNaming(String factorA) throws IOException {
        byte[] file = safetensors("""
                {"__metadata__": {"format": "pt"},
                 "%1$s": {"dtype": "F32", "shape": [4, 8], "data_offsets": [0, 128]},
                 "x.%1$s": {"dtype": "F32", "shape": [2, 8, 1, 1], "data_offsets": [128, 192]},
                 "other": {"dtype": "F32", "shape": [64], "data_offsets": [192, 448]}}
                """.formatted(factorA), 448);
        assertThat(published(uploads, file).rank()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"t\": {\"shape\": [4, 1]}}", "{\"t.lora_A.weight\": {\"shape\": []}}"})
    void refusesAFileWithoutALora(String header) throws IOException {
        assertThat(upload(uploads, safetensors(header, 0)))
                .isEqualTo(new Upload.Refused("expected tensors of a LoRA (lora_A, lora_down, lora.down), found none"));
    }

    @Test
    void saysWhichBaseTheAdapterIsFor() throws IOException {
        assertThat(published(uploads, lora("before", 1)).baseFingerprint()).isNull();
        announce("cd".repeat(32));
        assertThat(published(uploads, lora("after", 1)).baseFingerprint()).isEqualTo("cd".repeat(32));
    }

    @Test
    void takesTheSameFileForANewVersionWhenTheBaseIsAnother() throws IOException {
        announce("cd".repeat(32));
        assertThat(published(uploads, lora("a", 1)).version()).isEqualTo(1);
        assertThat(upload(uploads, lora("a", 1))).isInstanceOf(Upload.Unchanged.class);
        announce("ef".repeat(32));
        assertThat(published(uploads, lora("a", 1)).version()).isEqualTo(2);
    }

    @Test
    void neverGivesARetiredNumberAgain() throws IOException {
        registry.apply(retired("ink", 1));
        registry.apply(retired("ink", 2));
        assertThat(published(uploads, lora("a", 1)).version()).isEqualTo(3);
    }

    @Test
    void goesOnToTheNextFreeNumberWhenItHasNotReadOfTheOthers() throws IOException {
        published(uploads, lora("a", 1));
        published(uploads, lora("b", 1));
        AdapterUploads restarted = gateway(new AdapterRegistry());
        assertThat(published(restarted, lora("c", 1)).version()).isEqualTo(3);
    }

    @Test
    void claimsNoNumberForWhatIsRefused() throws IOException {
        assertThat(uploads.upload("ink", AdapterVersion.Kind.STUDENT, null, new ByteArrayInputStream(lora("a", 1))))
                .isInstanceOf(Upload.Refused.class);
        assertThat(published(uploads, lora("a", 1)).version()).isEqualTo(1);
    }

    @Test
    void givesEachNumberOnceThoughTwoGatewaysTakeUploadsAtOnce() throws Exception {
        int each = 20;
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<List<Integer>>> numbers = new ArrayList<>();
            for (String gateway : List.of("left", "right")) {
                AdapterUploads own = gateway(new AdapterRegistry());
                numbers.add(threads.submit(() -> {
                    List<Integer> got = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        start.await();
                        got.add(published(own, lora(gateway + i, 1)).version());
                    }
                    return got;
                }));
            }
            List<Integer> all = new ArrayList<>(numbers.get(0).get());
            all.addAll(numbers.get(1).get());
            assertThat(all)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.rangeClosed(1, 2 * each).boxed().toList());
        } finally {
            threads.shutdownNow();
        }
    }

    private AdapterUploads gateway(AdapterRegistry own) {
        return new AdapterUploads(own, new ListedLog(), blobs, models, 100_000, CLOCK);
    }

    private void announce(String fingerprint) {
        BaseModel model = new BaseModel("tiny-sd", fingerprint, 8, 64, SamplerName.DDIM);
        models.apply(new WorkerStatus(
                "w1", WorkerStatus.State.READY, "cpu()", 1, 0, null, model, List.of(), List.of(), NOW));
    }

    private static Upload upload(AdapterUploads uploads, byte[] file) throws IOException {
        return uploads.upload("ink", AdapterVersion.Kind.STYLE, null, new ByteArrayInputStream(file));
    }

    private static AdapterVersion published(AdapterUploads uploads, byte[] file) throws IOException {
        return ((Upload.Published) upload(uploads, file)).version();
    }
}
