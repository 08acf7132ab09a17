// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Images that run a step together, in one UNet forward pass over all their rows. The images may differ in prompt,
 * timestep, sampler, adapters and guidance. The batch stacks the inputs that do not change between steps, so reuse the
 * batch for as long as its images stay the same.
 */
public final class StepBatch implements AutoCloseable {
    private final StableDiffusion model;
    private final List<Denoising> images;
    private final NDManager owner;
    private final PreparedConditioning text;
    private final Adaptation adapters;

    private StepBatch(List<Denoising> images) {
        this.model = images.get(0).prompt().model();
        // Rows without adapters go last, so that no adapter computation is needed for them. Rows with the same number
        // of
        // text states are adjacent, so that they share a cross-attention.
        this.images = images.stream()
                .sorted(Comparator.comparing((Denoising image) -> image.prompt().rows().stream()
                                .allMatch(row -> row.adapters().isEmpty()))
                        .thenComparing(image -> image.prompt().text().states()))
                .toList();
        this.owner = model.owner().newSubManager();
        try {
            List<PreparedPrompt> prompts =
                    this.images.stream().map(Denoising::prompt).toList();
            this.text = prompts.size() == 1
                    ? prompts.get(0).text()
                    : PreparedConditioning.concat(
                            prompts.stream().map(PreparedPrompt::text).toList(), owner);
            this.adapters = prompts.size() == 1 ? prompts.get(0).adapters() : stack(prompts);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * @param images unfinished images, all of the same model and size, owned by the caller
     * @return the batch, to be closed by the caller before the images' prompts
     */
    public static StepBatch of(List<Denoising> images) {
        return new StepBatch(images);
    }

    private RowAdapters stack(List<PreparedPrompt> prompts) {
        List<List<RowAdapters.Applied>> rows = prompts.stream()
                .flatMap(prompt -> prompt.rows().stream())
                .map(StepRow::adapters)
                .toList();
        return RowAdapters.stack(rows, model.unet().type(), owner);
    }

    /** Advances every image by one step. If this method throws, none of the images can continue. */
    public void advance() {
        try (NDManager scope = owner.newSubManager()) {
            NDList inputs = new NDList();
            double[] timesteps = new double[rows()];
            int row = 0;
            for (Denoising image : images) {
                NDArray input = image.modelInput(scope);
                int rows = image.prompt().rowCount();
                for (int i = 0; i < rows; i++) {
                    inputs.add(input);
                }
                Arrays.fill(timesteps, row, row + rows, image.timestep());
                row += rows;
            }
            NDArray sample = NDArrays.concat(inputs, 0);
            sample.attach(scope); // otherwise, the first image's manager owns it
            NDArray outputs = model.unet().forward(sample, timesteps, text, adapters);
            row = 0;
            for (Denoising image : images) {
                int end = row + image.prompt().rowCount();
                image.advance(end - row == rows() ? outputs : outputs.get(new NDIndex(row + ":" + end)));
                row = end;
            }
        }
    }

    /** @return the number of UNet rows */
    public int rows() {
        return images.stream().mapToInt(image -> image.prompt().rowCount()).sum();
    }

    /** Frees the stacked inputs. */
    @Override
    public void close() {
        owner.close();
    }
}
