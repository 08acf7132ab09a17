// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageMetadataTest {
    private static final BaseModel MODEL = new BaseModel("demo", "ab".repeat(32), 4, 64, SamplerName.DDIM);
    private static final PromptTokens TOKENS = new PromptTokens(new PromptTokens.Count(3, 0), null);

    /** The web UI lists embeddings apart from LoRA adapters, by their words. */
    @Test
    void listsEmbeddingsByTheirWords() {
        GenerateImage request = GenerateImage.builder("r1", Instant.EPOCH)
                .prompt("a <cat-toy>")
                .adapters(List.of(
                        new AppliedAdapter(new PinnedAdapter("ink", 2, "cd".repeat(32)), 0.8),
                        new AppliedAdapter(new PinnedAdapter("toy", 1, "ef".repeat(32)), 1, true, "<cat-toy>")))
                .guidanceScale(5)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .build();

        Map<String, String> texts = ImageMetadata.of(request, 7, MODEL, TOKENS);

        assertThat(texts.get("parameters"))
                .endsWith("Lora: ink@2 x 0.8, Lora hashes: \"ink: cdcdcdcdcdcd\","
                        + " Embeddings: toy@1 for <cat-toy>, TI hashes: \"<cat-toy>: efefefefefef\"");
        assertThat(texts.get("lorafleet")).contains("\"triggerWord\":\"<cat-toy>\"");
    }
}
