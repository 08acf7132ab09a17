// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.text.EncodingOptions;
import io.lorafleet.diffusion.text.PromptAdaptation;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compares the contexts of long prompts, prompt weights and clip skip, without and with adapters. */
final class PromptParity {
    static final String EXPECTED = "expected_prompts.safetensors";

    static final String EXPECTED_WITH_ADAPTERS = "expected_text_adapters.safetensors";
    static final String EXPECTED_WITH_PEFT_FOLDER = "expected_peft_text.safetensors";
    static final String EXPECTED_WITH_EMBEDDINGS = "expected_embeddings.safetensors";

    private PromptParity() {}

    /**
     * Prompts that are encoded together, in the way that {@link EncodingOptions} describes.
     *
     * @param adapters adapters of each prompt; null if no prompt has any
     */
    private record Case(
            String name,
            List<String> prompts,
            boolean chunked,
            boolean weighted,
            int clipSkip,
            @Nullable List<List<ReferenceTensors.Scaled>> adapters) {

        List<List<RowAdapters.Applied>> applied(Function<String, DeviceAdapter> open) {
            List<List<ReferenceTensors.Scaled>> named =
                    adapters == null ? Collections.nCopies(prompts.size(), List.of()) : adapters;
            return named.stream()
                    .map(row -> row.stream()
                            .map(each -> new RowAdapters.Applied(
                                    open.apply(each.adapter()), each.scale(), each.triggerWord()))
                            .toList())
                    .toList();
        }
    }

    /**
     * @param folder pipeline folder; without reference tensors of prompts, there are no results
     * @param open opens an adapter in the folder {@code lora}, by its name
     */
    static void check(
            Path folder, StableDiffusion model, Function<String, DeviceAdapter> open, Consumer<ParityResult> results) {
        compare(folder.resolve(EXPECTED), model, open, results);
        compare(folder.resolve(EXPECTED_WITH_ADAPTERS), model, open, results);
        compare(folder.resolve(EXPECTED_WITH_PEFT_FOLDER), model, open, results);
        compare(folder.resolve(EXPECTED_WITH_EMBEDDINGS), model, open, results);
    }

    private static void compare(
            Path file, StableDiffusion model, Function<String, DeviceAdapter> open, Consumer<ParityResult> results) {
        if (!Files.isRegularFile(file)) {
            return;
        }
        ReferenceTensors expected = new ReferenceTensors(Safetensors.open(file));
        for (Case each : cases(expected, file)) {
            EncodingOptions options = new EncodingOptions(each.chunked(), each.weighted(), each.clipSkip());
            try (NDManager scope = model.owner().newSubManager()) {
                // The image size has no effect on the context.
                PromptAdaptation adaptation = RowAdapters.ofPrompts(each.applied(open));
                Conditioning found = model.prompts().encode(each.prompts(), options, adaptation, 0, 0, scope);
                String context = each.name() + ".context";
                results.accept(expected.compare("prompts/" + context, context, found.context()));
                if (found.pooled() != null) {
                    String pooled = each.name() + ".pooled";
                    results.accept(expected.compare("prompts/" + pooled, pooled, found.pooled()));
                }
            }
        }
        expected.unused()
                .forEach(tensor ->
                        results.accept(new ParityResult.Skipped("prompts/" + tensor, "no case has this name")));
    }

    private static List<Case> cases(ReferenceTensors expected, Path file) {
        try {
            return new ObjectMapper().readValue(expected.metadata("cases"), new TypeReference<List<Case>>() {});
        } catch (JsonProcessingException e) {
            throw new ModelFileException(
                    file + ": metadata: cases: expected a JSON array of cases: " + e.getOriginalMessage(), e);
        }
    }
}
