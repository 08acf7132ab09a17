// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.adapter.Embedding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks the trigger words of a request's embeddings. Each must be in the prompt or the negative prompt, because an
 * embedding without its word has no effect, and two embeddings cannot have the same word.
 */
final class TriggerWords {
    private TriggerWords() {}

    /** @param checks collects the invalid fields */
    static void check(List<ResolvedAdapter> adapters, String prompt, String negativePrompt, FieldChecks checks) {
        Map<String, ResolvedAdapter> seen = new HashMap<>();
        for (ResolvedAdapter each : adapters) {
            Embedding embedding = each.version().embedding();
            if (embedding == null) {
                continue;
            }
            String word = embedding.triggerWord();
            ResolvedAdapter other = seen.putIfAbsent(Embedding.folded(word), each);
            if (other != null) {
                checks.refuse(
                        each.name().field(),
                        "embeddings with different trigger words",
                        other + " and " + each + ", both with " + word);
            } else if (!Embedding.occurs(word, prompt) && !Embedding.occurs(word, negativePrompt)) {
                checks.refuse(
                        each.name().field(),
                        "an embedding whose trigger word is in the prompt or the negative prompt",
                        each + ", whose word " + word + " is in neither");
            }
        }
    }
}
