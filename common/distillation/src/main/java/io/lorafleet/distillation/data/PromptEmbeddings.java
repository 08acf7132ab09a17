// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.distillation.tensor.HostTensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The UNet conditioning for a list of prompts, in host memory. Each batch receives the rows for its prompts. */
public final class PromptEmbeddings {
    /** Prompts per text encoder batch. */
    private static final int PROMPTS_PER_BATCH = 16;

    private final Part context = new Part();
    private final Part pooled = new Part();
    private final Part sizes = new Part();

    public PromptEmbeddings(StableDiffusion model, List<String> prompts, int width, int height) {
        for (int first = 0; first < prompts.size(); first += PROMPTS_PER_BATCH) {
            List<String> batch = prompts.subList(first, Math.min(first + PROMPTS_PER_BATCH, prompts.size()));
            try (NDManager scope = model.owner().newSubManager()) {
                Conditioning encoded = model.prompts().encode(batch, width, height, scope);
                context.add(encoded.context());
                pooled.add(encoded.pooled());
                sizes.add(encoded.sizes());
            }
        }
    }

    /** @param prompts indices of the prompts @param scope manager that owns the result */
    public Conditioning of(int[] prompts, NDManager scope) {
        return new Conditioning(
                Objects.requireNonNull(context.of(prompts, scope), "the model has no context"),
                pooled.of(prompts, scope),
                sizes.of(prompts, scope));
    }

    /**
     * One tensor of the conditioning, with a row for each prompt; it has no rows if the model does not use it.
     */
    private static final class Part {
        private final List<float[]> rows = new ArrayList<>();
        private @Nullable Shape shape;

        void add(@Nullable NDArray encoded) {
            if (encoded != null) {
                shape = encoded.getShape().slice(1);
                rows.addAll(List.of(HostTensors.rows(encoded)));
            }
        }

        @Nullable
        NDArray of(int[] prompts, NDManager scope) {
            return shape == null
                    ? null
                    : HostTensors.rows(IntStream.of(prompts).mapToObj(rows::get).toList(), shape, scope);
        }
    }
}
