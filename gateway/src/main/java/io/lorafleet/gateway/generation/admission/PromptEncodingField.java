// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.generation.PromptEncoding;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Derives the encoding of the prompts. By default, long prompts are encoded in chunks, so that no word is lost. */
final class PromptEncodingField {
    private PromptEncodingField() {}

    /**
     * @return the encoding; null if it makes no difference, so that workers of an older release can take the request
     */
    static @Nullable PromptEncoding of(
            GenerationRequest body, BaseModel base, List<ResolvedAdapter> adapters, FieldChecks checks) {
        LongPrompt longPrompt = checks.oneOf("longPrompt", LongPrompt.values(), body.longPrompt(), LongPrompt.CHUNKS);
        boolean weights = Boolean.TRUE.equals(body.promptWeights());
        int clipSkip = checks.whole(
                "clipSkip", 0, base.maxClipSkip().orElse(PromptEncoding.MAX_CLIP_SKIP), body.clipSkip(), 0);
        boolean canBeLong = adapters.stream().anyMatch(ResolvedAdapter::isEmbedding) // a word with many tokens
                || Stream.of(body.prompt(), body.negativePrompt())
                        .anyMatch(prompt -> prompt != null && PromptEncoding.canBeLong(prompt));
        boolean chunks = longPrompt == LongPrompt.CHUNKS && canBeLong;
        return chunks || weights || clipSkip > 0 ? new PromptEncoding(longPrompt, weights, clipSkip) : null;
    }
}
