// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.lorafleet.diffusion.Guidance;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import io.lorafleet.diffusion.unet.UNet;
import java.util.List;

/**
 * The base with classifier-free guidance: two UNet evaluations per step, with the prompt and with the empty prompt.
 *
 * @param guidance guidance scale
 * @see Guidance
 */
public record Teacher(UNet unet, double guidance) {

    /**
     * The predictions for N rows.
     *
     * @param cond predictions without guidance (N, C, H, W)
     * @param guided predictions with guidance (N, C, H, W)
     */
    public record Prediction(NDArray cond, NDArray guided) {}

    /**
     * Prepares the conditioning for N prompts, for use in all steps.
     *
     * @param nothing conditioning for the empty prompt, for each row
     * @param scope manager that owns the result
     */
    public PreparedConditioning prepare(Conditioning text, Conditioning nothing, NDManager scope) {
        return PreparedConditioning.concat(
                List.of(unet.prepare(text, Adaptation.NONE), unet.prepare(nothing, Adaptation.NONE)), scope);
    }

    /** Predicts one step without prepared conditioning. */
    public Prediction predict(
            NDArray latents, double[] timesteps, Conditioning text, Conditioning nothing, NDManager scope) {
        try (NDManager inner = scope.newSubManager()) {
            return predict(latents, timesteps, prepare(text, nothing, inner), scope);
        }
    }

    /**
     * Predicts one step.
     *
     * @param latents input of the UNet (N, C, H, W)
     * @param timesteps timestep of each row
     * @param prepared conditioning from {@link #prepare}
     * @param scope manager that owns the result
     */
    public Prediction predict(NDArray latents, double[] timesteps, PreparedConditioning prepared, NDManager scope) {
        try (NDManager step = scope.newSubManager()) {
            int rows = timesteps.length;
            double[] twice = new double[2 * rows];
            System.arraycopy(timesteps, 0, twice, 0, rows);
            System.arraycopy(timesteps, 0, twice, rows, rows);
            NDArray doubled = latents.concat(latents, 0);
            doubled.attach(step);
            NDArray outputs = unet.forward(doubled, twice, prepared, Adaptation.NONE);
            NDArray cond = outputs.get(new NDIndex(":" + rows));
            NDArray uncond = outputs.get(new NDIndex(rows + ":"));
            NDArray guided = Guidance.combine(uncond, cond, guidance);
            NDArray own = cond.duplicate(); // a view would be freed with the step
            own.attach(scope);
            guided.attach(scope);
            return new Prediction(own, guided);
        }
    }
}
