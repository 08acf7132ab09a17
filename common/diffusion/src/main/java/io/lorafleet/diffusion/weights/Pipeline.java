// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of a Stable Diffusion pipeline. The parts have the names of the folders in the diffusers layout: {@code
 * unet}, {@code vae}, {@code text_encoder} and {@code text_encoder_2}.
 */
public interface Pipeline {

    /** @return the name of the model */
    String name();

    /**
     * Verifies the files against {@code SHA256SUMS}, if there is one.
     *
     * @throws ModelFileException if a file is missing or has a different checksum
     */
    void verify();

    /** @return the pipeline's class in diffusers, such as {@code StableDiffusionPipeline} */
    String pipelineClass();

    /** @return whether an empty prompt is encoded as zeros */
    boolean zerosForEmptyPrompt();

    /** @return the config of a part */
    ModelConfig config(String part);

    /** @return the weights of a part, with the names that diffusers and transformers give to the tensors */
    List<Safetensors> weights(String part);

    /** @return the SHA-256 of the files with the weights of a part, in hexadecimal */
    String fingerprint(String part);

    /** @return the scheduler's config */
    ModelConfig schedulerConfig();

    /** @return the scheduler's class */
    String schedulerClass();

    /**
     * @param suffix suffix of the text encoder's part: empty or {@code _2}
     * @return the folder with the tokenizer's files; empty for CLIP's own vocabulary
     */
    Optional<Path> tokenizer(String suffix);

    /** @return what was recognised, and why, for people */
    List<Fact> facts();

    /**
     * Something that was recognised in a model's files.
     *
     * @param subject what the fact is about, such as {@code prediction}
     * @param value the value that was recognised
     * @param reason where it was found
     */
    record Fact(String subject, String value, String reason) {}
}
