// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Pipeline;
import io.lorafleet.diffusion.weights.PipelineFolder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens models, whether they are folders or single files. */
public final class Pipelines {
    private Pipelines() {}

    /**
     * @param model folder in the diffusers layout, or single-file checkpoint
     * @throws ModelFileException if it is neither, or if it is not a model that can be used
     */
    public static Pipeline open(Path model) {
        if (Files.isRegularFile(model)) {
            return CheckpointFile.open(model);
        }
        if (!Files.exists(model)) {
            throw new ModelFileException(
                    model + ": expected a model folder in the diffusers layout or a .safetensors file, found nothing");
        }
        return PipelineFolder.open(model);
    }
}
