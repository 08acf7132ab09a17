// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.Denoising;
import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.GuidanceInterval;
import io.lorafleet.diffusion.PreparedPrompt;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.sampler.SamplerSettings;
import io.lorafleet.diffusion.text.EncodingOptions;
import io.lorafleet.diffusion.weights.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Compares sampling loops in which guidance is applied in a part of the steps. */
final class GuidanceParity {
    static final String EXPECTED = "expected_guidance.safetensors";

    private GuidanceParity() {}

    /** A loop with guidance from one share of the steps to another. */
    private record Case(String name, String sampler, int steps, double start, double end) {}

    /** @param folder pipeline folder; without reference tensors of guidance intervals, there are no results */
    static void check(Path folder, StableDiffusion model, Consumer<ParityResult> results) {
        Path file = folder.resolve(EXPECTED);
        if (!Files.isRegularFile(file)) {
            return;
        }
        ReferenceTensors expected = new ReferenceTensors(Safetensors.open(file));
        try (NDManager scope = model.owner().newSubManager()) {
            NDArray initial = expected.read("initial", scope);
            for (Case each : List.of(expected.object("cases", Case[].class))) {
                String tensor = each.name() + ".trajectory";
                results.accept(
                        expected.compare("guidance/" + tensor, tensor, trajectory(each, expected, model, initial)));
            }
        }
        expected.unused()
                .forEach(tensor ->
                        results.accept(new ParityResult.Skipped("guidance/" + tensor, "no case has this name")));
    }

    /** @return the latent after each model evaluation, attached to the noise's manager */
    private static NDArray trajectory(Case each, ReferenceTensors expected, StableDiffusion model, NDArray noise) {
        GenerationParameters request = new GenerationParameters(
                expected.metadata("prompt"),
                expected.metadata("negative"),
                Double.parseDouble(expected.metadata("guidance")),
                SamplerKind.valueOf(each.sampler().toUpperCase(Locale.ROOT)),
                each.steps(),
                (int) noise.getShape().get(3) * model.sizeMultiple(),
                (int) noise.getShape().get(2) * model.sizeMultiple(),
                0,
                EncodingOptions.DEFAULT,
                new GuidanceInterval(each.start(), each.end()),
                SamplerSettings.DEFAULT);
        try (PreparedPrompt prompt = PreparedPrompt.of(model, request, List.of(), null);
                Denoising denoising = Denoising.startFrom(noise.toFloatArray(), prompt, request)) {
            NDList trajectory = new NDList();
            while (!denoising.done()) {
                denoising.advance();
                NDArray copy = denoising.latent().duplicate();
                copy.attach(noise.getManager());
                trajectory.add(copy);
            }
            return NDArrays.concat(trajectory);
        }
    }
}
