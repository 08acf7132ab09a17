// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code CheckpointFileTest} covers the recognition of single-file checkpoints. */
class ModelInspectCommandTest {
    @TempDir
    private Path folder;

    @Test
    void printsWhatIsRecognisedInAFolder() {
        CommandRun run = CommandRun.of("model", "inspect", "../demo-model");

        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("kind:                   StableDiffusionPipeline (model_index.json)")
                .contains("prediction:             epsilon (scheduler/scheduler_config.json)")
                .contains("sampler:                ddim by default (DDIMScheduler, spacing leading)")
                .contains("image size:             64 x 64 pixels by default (sample_size)")
                .containsPattern("unet weights: +\\d+\\.\\d million parameters \\(tensors by type: \\{F16=326}\\)");
    }

    @Test
    void saysThatAModelNeedsAMask() {
        CommandRun run =
                CommandRun.of("model", "inspect", "../../common/diffusion/src/test/resources/golden/inpainting");

        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("kind:                   StableDiffusionInpaintPipeline (model_index.json)")
                .contains("requests:               need an init image and a mask (in_channels 9: inpainting)");
    }

    @Test
    void saysWhyAFileCannotBeUsed() throws IOException {
        Path file = Files.writeString(folder.resolve("model.ckpt"), "PK");

        CommandRun run = CommandRun.of("model", "inspect", file.toString());

        assertThat(run.exit()).isOne();
        assertThat(run.err()).contains(file + ": expected a .safetensors file, found another format");
    }
}
