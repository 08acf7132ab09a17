// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.Adapters.retired;
import static io.lorafleet.gateway.LoraFiles.lora;
import static io.lorafleet.gateway.LoraFiles.safetensors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.Storage;
import io.lorafleet.gateway.adapter.AdapterUploads.Description;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.storage.AllowanceUsedException;
import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.gateway.storage.StorageAllowance;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Embedding;
import io.lorafleet.messages.adapter.SamplingDefaults;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.StorageFullException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterUploadsTest {
    private static final long MAX_BYTES = 100_000_000;
    private static final String NOBODY = null;
    private static final Description INK =
            new Description("ink", AdapterVersion.Kind.STYLE, null, null, TextEncoderTensors.REFUSE, null, null);
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private final AdapterRegistry registry = new AdapterRegistry();
    private final ModelDirectory models = new ModelDirectory(CLOCK);

    @TempDir
    private Path directory;

    private BlobStore blobs;
    private AdapterUploads uploads;

    @BeforeEach
    void wire() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        uploads = gateway(registry);
    }

    @Test
    void readsTheRankFromTheFile() throws IOException {
        assertThat(published(uploads, lora("a", 16)).rank()).isEqualTo(16);
    }

    @Test
    void findsTheLargestRank() throws IOException {
        byte[] file = safetensors("""
            {"unet.conv_in.lora_A.weight": {"dtype": "F32", "shape": [4, 8], "data_offsets": [0, 128]},
             "unet.conv_in.lora_B.weight": {"dtype": "F32", "shape": [8, 4], "data_offsets": [128, 256]},
             "unet.conv_out.lora_A.weight": {"dtype": "F32", "shape": [2, 8], "data_offsets": [256, 320]},
             "unet.conv_out.lora_B.weight": {"dtype": "F32", "shape": [8, 2], "data_offsets": [320, 384]}}
            """, 384);
        assertThat(published(uploads, file).rank()).isEqualTo(4);
    }

    @Test
    void recordsTheBaseOfAnAdapter() throws IOException {
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
    void uploadOfTheSameFileRepairsItsBlob() throws IOException {
        AdapterVersion version = published(uploads, lora("a", 1));
        String key = BlobKeys.adapter(version.sha256());
        Files.write(directory.resolve(key), new byte[] {1});
        assertThat(upload(uploads, lora("a", 1))).isEqualTo(new Upload.Unchanged(version));
        assertThat(blobs.get(key)).contains(lora("a", 1));
        blobs.delete(key);
        assertThat(upload(uploads, lora("a", 1))).isEqualTo(new Upload.Unchanged(version));
        assertThat(blobs.get(key)).contains(lora("a", 1));
    }

    @Test
    void neverGivesARetiredNumberAgain() throws IOException {
        registry.apply(AdapterEvent.of(retired("ink", 1)));
        registry.apply(AdapterEvent.of(retired("ink", 2)));
        assertThat(published(uploads, lora("a", 1)).version()).isEqualTo(3);
    }

    @Test
    void skipsNumbersOfUnreadVersions() throws IOException {
        published(uploads, lora("a", 1));
        published(uploads, lora("b", 1));
        AdapterUploads restarted = gateway(new AdapterRegistry());
        assertThat(published(restarted, lora("c", 1)).version()).isEqualTo(3);
    }

    @Test
    void repeatedUploadGetsTheNumberThatWasNotPublished() throws IOException {
        failToPublish(lora("a", 1));
        assertThat(registry.find("ink")).isEmpty();
        assertThat(published(uploads, lora("a", 1)).version()).isEqualTo(1);
        assertThat(published(uploads, lora("b", 1)).version()).isEqualTo(2);
    }

    @Test
    void numberThatMayBePublishedIsNotGivenToAnotherFile() throws IOException {
        failToPublish(lora("a", 1));
        assertThat(published(uploads, lora("b", 1)).version()).isEqualTo(2);
    }

    @Test
    void claimsNoNumberForARefusedFile() throws IOException {
        assertThat(upload(uploads, safetensors("{}", 0))).isInstanceOf(Upload.Refused.class);
        assertThat(published(uploads, lora("a", 1)).version()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "<cat-toy>, , <cat-toy>",
        "<cat-toy>, my-cat, my-cat",
        "emb_params, , ink",
        "emb_params, <ink>, <ink>",
        "two words, <ink>, <ink>"
    })
    void publishesAnEmbeddingWithItsTriggerWord(String tensor, String given, String expected) throws IOException {
        Upload upload = uploads.upload(embedding("ink", given), NOBODY, -1, vectors(tensor, 3));
        assertThat(((Upload.Published) upload).version())
                .returns(new Embedding(expected, 3), AdapterVersion::embedding)
                .returns(AdapterVersion.TextEncoder.APPLIED, AdapterVersion::textEncoder)
                .returns(0, AdapterVersion::rank);
        assertThat(uploads.upload(embedding("ink", given), NOBODY, -1, vectors(tensor, 3)))
                .isInstanceOf(Upload.Unchanged.class);
        assertThat(uploads.upload(embedding("ink", "another"), NOBODY, -1, vectors(tensor, 3)))
                .isInstanceOf(Upload.Published.class);
    }

    @ParameterizedTest
    @CsvSource({
        "two words, , the file's word two words: expected 1 to 64 letters",
        "<|endoftext|>, , the file's word <|endoftext|>: expected 1 to 64 letters",
        "<cat-toy>, a(b), triggerWord: expected 1 to 64 letters"
    })
    void refusesAnEmbeddingWithoutAUsableTriggerWord(String tensor, String given, String reason) throws IOException {
        assertThat(uploads.upload(embedding("ink", given), NOBODY, -1, vectors(tensor, 3)))
                .isInstanceOfSatisfying(
                        Upload.Refused.class,
                        refused -> assertThat(refused.reason()).startsWith(reason));
    }

    @Test
    void refusesATriggerWordForALora() throws IOException {
        assertThat(uploads.upload(embedding("ink", "<ink>"), NOBODY, -1, new ByteArrayInputStream(lora("a", 1))))
                .isEqualTo(new Upload.Refused(
                        "triggerWord: expected none for an adapter that is not an embedding, found one"));
    }

    private static Description embedding(String name, String triggerWord) {
        return new Description(
                name, AdapterVersion.Kind.STYLE, null, null, TextEncoderTensors.APPLY, null, triggerWord);
    }

    private static ByteArrayInputStream vectors(String tensor, int count) {
        String header = "{\"%s\": {\"dtype\": \"F16\", \"shape\": [%d, 4], \"data_offsets\": [0, %d]}}"
                .formatted(tensor, count, 8 * count);
        return new ByteArrayInputStream(safetensors(header, 8 * count));
    }

    @ParameterizedTest
    @CsvSource({"bad name, STYLE,", "ink, STUDENT,", "ink, STUDENT, 0.5", "ink, STYLE, 5", "base, STYLE,"})
    void refusesAnInvalidDescriptionBeforeReading(String name, AdapterVersion.Kind kind, Double guidance)
            throws IOException {
        ByteArrayInputStream file = new ByteArrayInputStream(lora("a", 1));
        int length = file.available();
        assertThat(uploads.upload(
                        new Description(name, kind, guidance, null, TextEncoderTensors.REFUSE, null, null),
                        NOBODY,
                        length,
                        file))
                .isInstanceOf(Upload.Refused.class);
        assertThat(file.available()).isEqualTo(length);
    }

    @Test
    void refusesADeclaredLengthBeforeReading() throws IOException {
        ByteArrayInputStream file = new ByteArrayInputStream(lora("a", 1));
        int length = file.available();
        assertThat(uploads.upload(INK, NOBODY, MAX_BYTES + 1, file)).isEqualTo(new Upload.TooLarge(MAX_BYTES));
        assertThat(file.available()).isEqualTo(length);
    }

    @Test
    void readsNoDataOfAFileWhoseHeaderSaysThatItIsTooLarge() throws IOException {
        byte[] huge = safetensors(
                "{\"x.lora_A.w\": {\"dtype\": \"U8\", \"shape\": [1, 99999999], \"data_offsets\": [0, 99999999]}}",
                1000);
        ByteArrayInputStream file = new ByteArrayInputStream(huge);
        assertThat(uploads.upload(INK, NOBODY, -1, file)).isEqualTo(new Upload.TooLarge(MAX_BYTES));
        assertThat(file.available()).isEqualTo(1000);
    }

    @Test
    void readsNothingOfAHeaderOfManyMegabytes() throws IOException {
        byte[] length = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(60 << 20)
                .array();
        long[] read = new long[1];
        InputStream entries = new InputStream() {
            @Override
            public int read() {
                long at = read[0]++;
                return at < length.length ? Byte.toUnsignedInt(length[(int) at]) : ' ';
            }
        };
        long before = allocated();
        assertThat(uploads.upload(INK, NOBODY, 70 << 20, entries))
                .isInstanceOfSatisfying(
                        Upload.Refused.class,
                        refused -> assertThat(refused.reason())
                                .startsWith("header length: expected 2 to 8388608 bytes, found 62914560"));
        assertThat(allocated() - before).as("bytes on the heap").isLessThan(1 << 20);
        assertThat(read[0]).as("bytes read").isEqualTo(8);
    }

    @Test
    void refusesAFileThatEndsBeforeItsHeaderSaysSo() throws IOException {
        byte[] file = lora("a", 4);
        byte[] shorter = Arrays.copyOf(file, file.length - 1);
        Upload broken = new Upload.Refused("expected 32 bytes of tensor data, found 31 (truncated?)");
        assertThat(upload(uploads, shorter)).isEqualTo(broken);
        assertThat(uploads.upload(INK, NOBODY, shorter.length, new ByteArrayInputStream(shorter)))
                .isEqualTo(broken);
        assertThat(unfinished()).isEmptyDirectory();
    }

    @Test
    void readsNoFurtherThanTheHeaderSays() throws IOException {
        byte[] file = Arrays.copyOf(lora("a", 4), 1_000_000);
        ByteArrayInputStream in = new ByteArrayInputStream(file);
        assertThat(uploads.upload(INK, NOBODY, -1, in))
                .isEqualTo(new Upload.Refused("expected 32 bytes of tensor data, found 33"));
        assertThat(in.available()).isEqualTo(1_000_000 - lora("a", 4).length - 1);
    }

    @Test
    void stagesAFileInTheStoreUntilItIsComplete() throws IOException {
        byte[] file = lora("a", 4);
        InputStream in = new ByteArrayInputStream(file) {
            @Override
            public synchronized int read() {
                assertThat(unfinished()).isNotEmptyDirectory(); // the last read() checks for trailing bytes
                return super.read();
            }
        };
        assertThat(uploads.upload(INK, NOBODY, -1, in)).isInstanceOf(Upload.Published.class);
        assertThat(unfinished()).isEmptyDirectory();
    }

    @Test
    void acceptsAFileOfTheMaximumSize() throws IOException {
        byte[] file = lora("a", 4);
        AdapterUploads exact = gateway(new AdapterRegistry(), Storage.unlimited(blobs), file.length);
        assertThat(exact.upload(INK, NOBODY, file.length, new ByteArrayInputStream(file)))
                .isInstanceOf(Upload.Published.class);
        AdapterUploads smaller = gateway(new AdapterRegistry(), Storage.unlimited(blobs), file.length - 1);
        for (long declared : new long[] {-1, file.length}) {
            assertThat(smaller.upload(INK, NOBODY, declared, new ByteArrayInputStream(file)))
                    .isEqualTo(new Upload.TooLarge(file.length - 1));
        }
    }

    @Test
    void acceptsNoHeaderThatIsLargerThanTheMaximumSize() throws IOException {
        AdapterUploads small = gateway(new AdapterRegistry(), Storage.unlimited(blobs), 100);
        assertThat(((Upload.Refused) upload(small, lora("a", 4))).reason())
                .startsWith("header length: expected 2 to 100 bytes, found ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1000})
    void comparesTheDeclaredLengthWithTheHeaderBeforeItReadsTheTensors(int declared) throws IOException {
        ByteArrayInputStream file = new ByteArrayInputStream(lora("a", 4));
        assertThat(((Upload.Refused) uploads.upload(INK, NOBODY, declared, file)).reason())
                .startsWith("expected 32 bytes of tensor data, found ");
        assertThat(file.available()).isEqualTo(32);
    }

    /** The workers need the rest of the disk. */
    @Test
    void reservesTheDeclaredLengthBeforeItReadsTheFile() {
        ClientBlobs nearlyFull =
                new ClientBlobs(blobs, () -> 1000, 900, new StorageAllowance(Long.MAX_VALUE, CLOCK), CLOCK);
        ByteArrayInputStream file = new ByteArrayInputStream(lora("a", 4));
        int length = file.available();
        AdapterUploads scarce = gateway(registry, nearlyFull, MAX_BYTES);
        assertThatThrownBy(() -> scarce.upload(INK, NOBODY, length, file))
                .isInstanceOf(StorageFullException.class)
                .hasMessage("expected at least " + (900 + length) + " bytes free in the blob store, found 1000");
        assertThat(file.available()).isEqualTo(length);
    }

    @Test
    void countsTheFileTowardTheAllowanceBeforeItReadsTheTensors() throws IOException {
        byte[] first = lora("a", 4);
        StorageAllowance allowance = new StorageAllowance(first.length, CLOCK);
        AdapterUploads frugal =
                gateway(registry, new ClientBlobs(blobs, () -> Long.MAX_VALUE, 0, allowance, CLOCK), MAX_BYTES);
        assertThat(frugal.upload(INK, "alice", -1, new ByteArrayInputStream(first)))
                .isInstanceOf(Upload.Published.class);
        ByteArrayInputStream second = new ByteArrayInputStream(lora("b", 4));
        assertThatThrownBy(() -> frugal.upload(INK, "alice", -1, second)).isInstanceOf(AllowanceUsedException.class);
        assertThat(second.available()).isEqualTo(32);
    }

    @Test
    void takesTheBaseThatTheUploaderNames() throws IOException {
        announce("cd".repeat(32));
        BaseModel xl = new BaseModel("xl", "ef".repeat(32), 8, 64, SamplerName.DDIM);
        models.apply(new WorkerStatus(
                "w2", WorkerStatus.State.READY, "cpu()", 1, 0, null, xl, List.of(), List.of(), NOW, "large", null));
        assertThat(((Upload.Published) uploads.upload(forBase("xl"), NOBODY, -1, stream(lora("a", 1))))
                        .version()
                        .baseFingerprint())
                .isEqualTo("ef".repeat(32));
        ByteArrayInputStream file = stream(lora("b", 1));
        int length = file.available();
        assertThat(uploads.upload(forBase("xxl"), NOBODY, -1, file))
                .isEqualTo(new Upload.Refused("model: expected one of tiny-sd, xl, found xxl"));
        assertThat(file.available()).isEqualTo(length);
    }

    private static Description forBase(String name) {
        return new Description("ink", AdapterVersion.Kind.STYLE, null, name, TextEncoderTensors.REFUSE, null, null);
    }

    private static ByteArrayInputStream stream(byte[] file) {
        return new ByteArrayInputStream(file);
    }

    /** Otherwise, a correction of these properties would have no effect. */
    @Test
    void takesTheSameFileForANewVersionWhenAPropertyIsAnother() throws IOException {
        SamplingDefaults four = new SamplingDefaults(SamplerName.LCM, 4, 1.0, null, null, null);
        SamplingDefaults eight = new SamplingDefaults(SamplerName.LCM, 8, 1.0, null, null, null);
        int version = 0;
        for (Description each : List.of(
                INK,
                new Description("ink", AdapterVersion.Kind.STUDENT, 5.0, null, TextEncoderTensors.REFUSE, null, null),
                new Description("ink", AdapterVersion.Kind.STUDENT, 7.5, null, TextEncoderTensors.REFUSE, null, null),
                new Description("ink", AdapterVersion.Kind.STYLE, null, null, TextEncoderTensors.REFUSE, four, null),
                new Description(
                        "ink", AdapterVersion.Kind.STYLE, null, null, TextEncoderTensors.REFUSE, eight, null))) {
            Upload upload = uploads.upload(each, NOBODY, -1, stream(lora("a", 1)));
            assertThat(((Upload.Published) upload).version().version()).isEqualTo(++version);
            assertThat(uploads.upload(each, NOBODY, -1, stream(lora("a", 1)))).isInstanceOf(Upload.Unchanged.class);
        }
    }

    @Test
    void takesTheSameFileForANewVersionWhenItsTextEncoderTensorsCount() throws IOException {
        byte[] file = safetensors("""
            {"lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight":
                 {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
             "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight":
                 {"dtype": "F32", "shape": [2, 1], "data_offsets": [8, 16]},
             "lora_unet_mid_block_attentions_0_proj_in.lora_down.weight":
                 {"dtype": "F32", "shape": [1, 2], "data_offsets": [16, 24]},
             "lora_unet_mid_block_attentions_0_proj_in.lora_up.weight":
                 {"dtype": "F32", "shape": [2, 1], "data_offsets": [24, 32]}}
            """, 32);
        for (TextEncoderTensors each : List.of(TextEncoderTensors.IGNORE, TextEncoderTensors.APPLY)) {
            Description adapter = new Description("ink", AdapterVersion.Kind.STYLE, null, null, each, null, null);
            assertThat(uploads.upload(adapter, NOBODY, -1, stream(file))).isInstanceOf(Upload.Published.class);
            assertThat(uploads.upload(adapter, NOBODY, -1, stream(file))).isInstanceOf(Upload.Unchanged.class);
        }
    }

    private Path unfinished() {
        return directory.resolve(".unfinished");
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private AdapterUploads gateway(AdapterRegistry own) {
        return gateway(own, new ListedLog());
    }

    private AdapterUploads gateway(AdapterRegistry own, AdapterLog log) {
        return gateway(own, log, Storage.unlimited(blobs), MAX_BYTES);
    }

    private AdapterUploads gateway(AdapterRegistry own, ClientBlobs clientBlobs, long maxBytes) {
        return gateway(own, new ListedLog(), clientBlobs, maxBytes);
    }

    private AdapterUploads gateway(AdapterRegistry own, AdapterLog log, ClientBlobs clientBlobs, long maxBytes) {
        return new AdapterUploads(own, log, blobs, clientBlobs, models, maxBytes, CLOCK);
    }

    private void failToPublish(byte[] file) {
        AdapterUploads disconnected = gateway(registry, event -> {
            throw new NotPublishedException("adapters", event.key(), new IOException("no broker"));
        });
        assertThatThrownBy(() -> upload(disconnected, file)).isInstanceOf(NotPublishedException.class);
    }

    private void announce(String fingerprint) {
        BaseModel model = new BaseModel("tiny-sd", fingerprint, 8, 64, SamplerName.DDIM);
        models.apply(new WorkerStatus(
                "w1", WorkerStatus.State.READY, "cpu()", 1, 0, null, model, List.of(), List.of(), NOW));
    }

    private static Upload upload(AdapterUploads uploads, byte[] file) throws IOException {
        return uploads.upload(INK, NOBODY, -1, new ByteArrayInputStream(file));
    }

    private static AdapterVersion published(AdapterUploads uploads, byte[] file) throws IOException {
        return ((Upload.Published) upload(uploads, file)).version();
    }
}
