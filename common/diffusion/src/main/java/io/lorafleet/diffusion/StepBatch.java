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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;

/**
 * Images that run a step together, in one UNet forward pass over all their rows. The images may differ in prompt,
 * timestep, sampler, adapters, ControlNets and guidance. The batch stacks the inputs that do not change between steps, so
 * reuse the batch for as long as its images stay the same and it {@link #fitsNextStep fits their next step}.
 */
public final class StepBatch implements AutoCloseable {
    private final StableDiffusion model;
    private final List<Part> parts;
    private final NDManager owner;
    private final PreparedConditioning text;
    private final Adaptation adapters;
    private final ControlBatch controls;

    /**
     * An image of the batch.
     *
     * @param rows rows that the batch has for the image
     * @param controls ControlNets of these rows, by position in the request
     */
    private record Part(Denoising image, PreparedRows rows, SortedMap<Integer, PreparedControl> controls) {
        static Part ofNextStep(Denoising image) {
            return new Part(image, image.nextRows(), image.nextControls());
        }

        boolean fitsNextStep() {
            return image.rows() == rows.count() && image.nextControls().equals(controls);
        }
    }

    private StepBatch(List<Denoising> images) {
        this.model = images.get(0).prompt().model();
        // Rows without adapters go last, so that no adapter computation is needed for them. Rows with the same number
        // of text states are adjacent, so that they share a cross-attention.
        this.parts = images.stream()
                .map(Part::ofNextStep)
                .sorted(Comparator.comparing((Part part) -> part.rows().rows().stream()
                                .allMatch(row -> row.adapters().isEmpty()))
                        .thenComparing(part -> part.rows().text().states()))
                .toList();
        this.owner = model.owner().newSubManager();
        try {
            List<PreparedRows> rows = parts.stream().map(Part::rows).toList();
            this.text = rows.size() == 1
                    ? rows.get(0).text()
                    : PreparedConditioning.concat(
                            rows.stream().map(PreparedRows::text).toList(), owner);
            this.adapters = rows.size() == 1 ? rows.get(0).adapters() : stack(rows);
            this.controls = ControlBatch.of(controlUses(), owner);
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

    private RowAdapters stack(List<PreparedRows> prepared) {
        return PreparedRows.stack(
                prepared.stream().flatMap(each -> each.rows().stream()).toList(),
                model.unet().type(),
                owner);
    }

    private List<ControlBatch.Use> controlUses() {
        List<ControlBatch.Use> uses = new ArrayList<>();
        int row = 0;
        for (Part part : parts) {
            int start = row;
            int rows = part.rows().count();
            part.controls()
                    .forEach((position, control) -> uses.add(new ControlBatch.Use(control, position, start, rows)));
            row += rows;
        }
        return uses;
    }

    /**
     * @return whether the batch has the rows and ControlNets that each image needs in its next step. These change where
     *     the guidance interval of an image, or the interval of one of its ControlNets, starts or ends
     */
    public boolean fitsNextStep() {
        return parts.stream().allMatch(Part::fitsNextStep);
    }

    /**
     * Advances every image by one step. If this method throws, none of the images can continue.
     *
     * @throws IllegalStateException if the batch does not {@link #fitsNextStep fit the next step}
     */
    public void advance() {
        if (!fitsNextStep()) {
            throw new IllegalStateException("the images need other rows or ControlNets than those of the batch");
        }
        try (NDManager scope = owner.newSubManager()) {
            NDList inputs = new NDList();
            double[] timesteps = new double[rows()];
            int row = 0;
            for (Part part : parts) {
                NDArray input = part.image().modelInput(scope);
                int rows = part.rows().count();
                for (int i = 0; i < rows; i++) {
                    inputs.add(input);
                }
                Arrays.fill(timesteps, row, row + rows, part.image().timestep());
                row += rows;
            }
            NDArray sample = NDArrays.concat(inputs, 0);
            sample.attach(scope); // otherwise, the first image's manager owns it
            NDArray outputs =
                    model.unet().forward(sample, timesteps, text, adapters, controls.evaluate(sample, timesteps));
            row = 0;
            for (Part part : parts) {
                int end = row + part.rows().count();
                part.image().advance(end - row == rows() ? outputs : outputs.get(new NDIndex(row + ":" + end)));
                row = end;
            }
        }
    }

    /** @return the number of UNet rows */
    public int rows() {
        return parts.stream().mapToInt(part -> part.rows().count()).sum();
    }

    /** Frees the stacked inputs. */
    @Override
    public void close() {
        owner.close();
    }
}
