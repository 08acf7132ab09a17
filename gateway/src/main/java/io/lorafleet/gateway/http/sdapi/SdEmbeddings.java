// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Embedding;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The fleet's embeddings, as the web UI uses them: without a tag, wherever a prompt contains their words. */
final class SdEmbeddings {
    private SdEmbeddings() {}

    /**
     * @param base base of the request; null if it is not known
     * @param prompts prompt and negative prompt
     * @return the embeddings for this base whose words are in the prompts. Of several with the same word, the first by
     *     name
     */
    static List<AdapterVersion> in(List<String> prompts, @Nullable BaseModel base, AdapterRegistry adapters) {
        Map<String, AdapterVersion> byWord = new LinkedHashMap<>();
        for (AdapterVersion version : all(adapters)) {
            String word = embedding(version).triggerWord();
            boolean fits = base != null && version.isFor(base.fingerprint());
            if (fits && prompts.stream().anyMatch(prompt -> Embedding.occurs(word, prompt))) {
                byWord.putIfAbsent(Embedding.folded(word), version);
            }
        }
        return List.copyOf(byWord.values());
    }

    /** @return the list of the web UI: the embeddings by their words */
    static Map<String, Object> view(AdapterRegistry adapters) {
        Map<String, Object> loaded = new LinkedHashMap<>();
        for (AdapterVersion version : all(adapters)) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("step", null);
            one.put("sd_checkpoint", null);
            one.put("sd_checkpoint_name", null);
            one.put("vectors", embedding(version).vectors());
            loaded.putIfAbsent(embedding(version).triggerWord(), one);
        }
        return Map.of("loaded", loaded, "skipped", Map.of());
    }

    static boolean isEmbedding(Adapter adapter) {
        return adapter.current().map(AdapterVersion::embedding).isPresent();
    }

    private static List<AdapterVersion> all(AdapterRegistry adapters) {
        return adapters.all().stream()
                .filter(SdEmbeddings::isEmbedding)
                .flatMap(adapter -> adapter.current().stream())
                .toList();
    }

    private static Embedding embedding(AdapterVersion version) {
        return Objects.requireNonNull(version.embedding(), "not an embedding");
    }
}
