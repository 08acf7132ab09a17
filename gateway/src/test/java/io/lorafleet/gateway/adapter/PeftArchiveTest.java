// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.LoraFiles.safetensors;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.Storage;
import io.lorafleet.gateway.adapter.AdapterUploads.Description;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.safetensors.SafetensorsHeader;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Uploads of zip files. The folders are those that PEFT wrote for the engine's ParityTest. */
class PeftArchiveTest {
    private static final Path FOLDERS = Path.of("../common/diffusion/src/test/resources/golden/sd1/lora");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final byte[] LORA = safetensors("""
        {"base_model.model.conv_in.lora_A.weight": {"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 32]},
         "base_model.model.conv_in.lora_B.weight": {"dtype": "F32", "shape": [6, 2], "data_offsets": [32, 80]}}
        """, 80);

    @TempDir
    private Path directory;

    private BlobStore blobs;
    private AdapterUploads uploads;
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    @BeforeEach
    void start() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        uploads = new AdapterUploads(
                new AdapterRegistry(),
                new ListedLog(),
                blobs,
                Storage.unlimited(blobs),
                new ModelDirectory(CLOCK),
                100_000,
                CLOCK);
    }

    @ParameterizedTest
    @CsvSource({
        "peft_folder_patterns, , 3",
        "peft_folder_layers, , 2",
        "peft_folder_dora, , 2",
        "peft_folder_text, APPLIED, 2"
    })
    void publishesAFolderOfPeftAsOneFile(String name, AdapterVersion.TextEncoder textEncoder, int rank)
            throws IOException {
        entries.put(name + "/", new byte[0]);
        entries.put(name + "/README.md", "a model card".getBytes(UTF_8));
        // The config follows the weights, which a stream cannot know.
        entries.put(
                name + "/" + WEIGHTS, Files.readAllBytes(FOLDERS.resolve(name).resolve(WEIGHTS)));
        entries.put(
                name + "/" + CONFIG, Files.readAllBytes(FOLDERS.resolve(name).resolve(CONFIG)));

        AdapterVersion version = ((Upload.Published) upload()).version();

        assertThat(version.textEncoder()).isEqualTo(textEncoder);
        assertThat(version.rank()).isEqualTo(rank);
        byte[] stored = blobs.get(BlobKeys.adapter(version.sha256())).orElseThrow();
        SafetensorsHeader header;
        try {
            header = SafetensorsHeader.read(new ByteArrayInputStream(stored), 1 << 20);
            header.requireFileOf(stored.length);
        } catch (io.lorafleet.safetensors.BadSafetensorsException e) {
            throw new AssertionError(e);
        }
        String part = textEncoder == null ? "unet." : "text_encoder.";
        assertThat(header.tensors().keySet()).allMatch(tensor -> tensor.startsWith(part));
        assertThat(header.metadata().get("lora_adapter_metadata")).contains("\"" + part + "lora_alpha\"");
        assertThat(header.dataStart() % 8).isZero();
    }

    @Test
    void theSameFolderGivesTheSameFileInAnyOrder() throws IOException {
        entries.put(CONFIG, "{\"r\": 2, \"lora_alpha\": 4}".getBytes(UTF_8));
        entries.put(WEIGHTS, LORA);
        String sha256 = ((Upload.Published) upload()).version().sha256();
        entries.clear();
        entries.put(WEIGHTS, LORA);
        entries.put(CONFIG, "{\"r\": 2, \"lora_alpha\": 4}".getBytes(UTF_8));
        assertThat(((Upload.Unchanged) upload()).version().sha256()).isEqualTo(sha256);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"peft_type\": \"LOHA\"}                    | peft_type: expected LORA, found \"LOHA\"",
                "{\"bias\": \"all\"}                          | bias: expected none, found \"all\"",
                "{\"modules_to_save\": [\"conv_out\"]}        | modules_to_save: expected no value, because it is not"
                        + " supported",
                "{\"fan_in_fan_out\": true}                   | fan_in_fan_out: expected no value",
                "{\"lora_bias\": true}                        | lora_bias: expected no value",
                "{\"init_lora_weights\": \"pissa\"}           | init_lora_weights: expected true, false, gaussian or"
                        + " orthogonal",
                "{\"layer_replication\": [[0, 1]]}            | layer_replication: expected no value",
                "{\"trainable_token_indices\": [3]}           | trainable_token_indices: expected no value",
                "{\"future_setting\": 3}                      | future_setting: expected no value, because it is not"
                        + " supported, found 3",
                "{\"alpha_pattern\": 3}                       | alpha_pattern: expected an object of numbers, found 3",
                "{\"lora_alpha\": \"x\"}                      | lora_alpha: expected a number, found \"x\"",
                "{\"r\": 4}                                   | expected rank 4 by r and rank_pattern, found 2",
                "{\"rank_pattern\": {\"conv.in\": 3}}         | expected rank 3 by r and rank_pattern, found 2",
                "{\"use_dora\": true}                         | use_dora: expected false for its tensors, found true",
                "{\"target_modules\": [\"to_q\"]}             | conv_in (expected a layer of target_modules)",
                "{\"exclude_modules\": \"conv.*\"}            | conv_in (expected a layer of target_modules)",
                "{\"target_modules\": \"((((\"}               | expected a regular expression, found ((((",
                "[]                                           | adapter_config.json that is not a JSON object",
                "{\"r\":                                      | adapter_config.json that is not a JSON object",
            })
    void refusesASettingThatItCannotHonour(String config, String reason) throws IOException {
        entries.put(CONFIG, config.getBytes(UTF_8));
        entries.put(WEIGHTS, LORA);
        assertThat(refusal()).contains(reason);
    }

    @Test
    void refusesAnExpressionThatNeedsExponentialTime() throws IOException {
        byte[] slow = safetensors(
                new String(LORA, Long.BYTES, LORA.length - Long.BYTES - 80, UTF_8)
                        .replace("conv_in", "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"),
                80);
        entries.put(CONFIG, "{\"target_modules\": \"(.*.*)*(.*.*)*x\"}".getBytes(UTF_8));
        entries.put(WEIGHTS, slow);
        assertThat(refusal()).contains("expected a regular expression that can be matched quickly");
    }

    @ParameterizedTest
    @CsvSource({
        "../adapter_config.json, 'expected entries inside the folder, found ../adapter_config.json'",
        "/etc/adapter_config.json, 'expected entries inside the folder'",
        "a\\adapter_config.json, 'expected entries inside the folder'",
        "adapter_model.bin, 'adapter_model.bin: expected adapter_model.safetensors, found a format that can contain"
                + " code'",
        "training/optimizer.pt, 'training/optimizer.pt: expected adapter_model.safetensors'",
        "other/adapter_config.json, 'expected one adapter, found files in the folders'",
    })
    void refusesAnEntry(String name, String reason) throws IOException {
        entries.put(CONFIG, "{}".getBytes(UTF_8));
        entries.put(WEIGHTS, LORA);
        entries.put(name, "{}".getBytes(UTF_8));
        assertThat(refusal()).contains(reason);
    }

    @Test
    void refusesAnArchiveThatIsIncompleteOrNone() throws IOException {
        entries.put(CONFIG, "{}".getBytes(UTF_8));
        assertThat(refusal()).contains("found no adapter_model.safetensors");
        entries.clear();
        entries.put(WEIGHTS, LORA);
        assertThat(refusal()).contains("found no adapter_config.json");
        assertThat(((Upload.Refused) upload("GIF89a".getBytes(UTF_8))).reason()).contains("not a zip file?");
        entries.put(CONFIG, "{}".getBytes(UTF_8));
        byte[] zip = zip();
        byte[] half = java.util.Arrays.copyOf(zip, zip.length / 4);
        assertThat(upload(half)).isInstanceOf(Upload.Refused.class);
    }

    /** Zeros are compressed a thousandfold. */
    @Test
    void limitsWhatItUnpacks() throws IOException {
        entries.put(CONFIG, new byte[2 << 20]);
        assertThat(refusal()).contains("adapter_config.json: expected at most 1048576 bytes, found more");
        entries.clear();
        entries.put("README.md", new byte[20 << 20]);
        assertThat(refusal()).contains("expected at most 16777216 bytes beside");
        entries.clear();
        entries.put(WEIGHTS, new byte[200_000]);
        assertThat(upload()).isEqualTo(new Upload.TooLarge(100_000));
        entries.clear();
        for (int i = 0; i < 101; i++) {
            entries.put("file" + i, new byte[0]);
        }
        assertThat(refusal()).contains("expected at most 100 entries");
    }

    @Test
    void leavesNoTemporaryFile() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        long before = adapters(temporary);
        entries.put(CONFIG, "{}".getBytes(UTF_8));
        entries.put(WEIGHTS, LORA);
        upload();
        entries.put("x.pt", new byte[1]);
        upload();
        assertThat(adapters(temporary)).isEqualTo(before);
    }

    private static long adapters(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder, "lorafleet-adapter*")) {
            long count = 0;
            for (Path ignored : files) {
                count++;
            }
            return count;
        }
    }

    private String refusal() throws IOException {
        return ((Upload.Refused) upload()).reason();
    }

    private Upload upload() throws IOException {
        return upload(zip());
    }

    private Upload upload(byte[] zip) throws IOException {
        Description adapter =
                new Description("ink", AdapterVersion.Kind.STYLE, null, null, TextEncoderTensors.APPLY, null, null);
        return uploads.uploadPeft(adapter, null, new ByteArrayInputStream(zip));
    }

    private byte[] zip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }
}
