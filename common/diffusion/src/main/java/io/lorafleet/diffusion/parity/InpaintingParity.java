// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.Mask;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Compares the latents of inpainting after each step, from the files of image and mask. */
final class InpaintingParity {
    static final String EXPECTED = "expected_inpainting.safetensors";

    private final StableDiffusion model;
    private final ReferenceTensors expected;
    private final RgbImage image;
    private final RgbImage mask;
    private final int width;
    private final int height;

    private InpaintingParity(StableDiffusion model, ReferenceTensors expected, NDManager scope) {
        this.model = model;
        this.expected = expected;
        NDArray latent = expected.read("mask.latent", scope);
        this.height = (int) latent.getShape().get(2) * model.sizeMultiple();
        this.width = (int) latent.getShape().get(3) * model.sizeMultiple();
        this.image = RgbImage.of(expected.read("image", scope)).resized(width, height);
        this.mask = RgbImage.of(expected.read("mask", scope)).resized(width, height);
    }

    /** A generation with a sampler at a strength. */
    private record Case(String name, String sampler, double strength) {}

    /** @param folder pipeline folder; without reference tensors of inpainting, there are no results */
    static void check(Path folder, StableDiffusion model, Consumer<ParityResult> results) {
        Path file = folder.resolve(EXPECTED);
        if (!Files.isRegularFile(file)) {
            return;
        }
        ReferenceTensors expected = new ReferenceTensors(Safetensors.open(file));
        try (NDManager scope = model.owner().newSubManager()) {
            InpaintingParity parity = new InpaintingParity(model, expected, scope);
            for (Case each : cases(expected, file)) {
                results.accept(parity.compare(each));
            }
        }
        expected.unused()
                .forEach(tensor ->
                        results.accept(new ParityResult.Skipped("inpainting/" + tensor, "no case has this name")));
    }

    private ParityResult compare(Case each) {
        GenerationParameters request = new GenerationParameters(
                expected.metadata("prompt"),
                expected.metadata("negative"),
                Double.parseDouble(expected.metadata("guidance")),
                SamplerKind.valueOf(each.sampler().toUpperCase(Locale.ROOT)),
                Integer.parseInt(expected.metadata("steps")),
                width,
                height,
                Long.parseLong(expected.metadata("seed")));
        ImageToImage start = new ImageToImage(image, each.strength(), Mask.of(mask, false));
        try (NDManager scope = model.owner().newSubManager();
                PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null);
                Denoising denoising = Denoising.start(prompt, request, start)) {
            NDList trajectory = new NDList();
            while (!denoising.done()) {
                denoising.advance();
                NDArray copy = denoising.latent().duplicate();
                copy.attach(scope);
                trajectory.add(copy);
            }
            String tensor = each.name() + ".trajectory";
            return expected.compare("inpainting/" + tensor, tensor, NDArrays.concat(trajectory));
        }
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
