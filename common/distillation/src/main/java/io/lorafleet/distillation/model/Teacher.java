// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import io.lorafleet.diffusion.unet.UNet;
import java.util.List;

/**
 * The guided model: two evaluations a step, with the prompt and without, and
 * {@code eps = epsUncond + s (epsCond - epsUncond)}.
 *
 * @param guidance s
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022</a>
 */
public record Teacher(UNet unet, double guidance) {

    /**
     * What it says of N rows.
     *
     * @param cond without guidance (N, C, H, W)
     * @param guided (N, C, H, W)
     */
    public record Prediction(NDArray cond, NDArray guided) {}

    /**
     * What it needs of N prompts before the first step.
     *
     * @param nothing the text of no prompt, for each row
     * @param scope owns the result
     */
    public PreparedConditioning prepare(Conditioning text, Conditioning nothing, NDManager scope) {
        return PreparedConditioning.concat(
                List.of(unet.prepare(text, Adaptation.NONE), unet.prepare(nothing, Adaptation.NONE)), scope);
    }

    /** As the other one, for prompts that are asked about once. */
    public Prediction predict(
            NDArray latents, double[] timesteps, Conditioning text, Conditioning nothing, NDManager scope) {
        try (NDManager inner = scope.newSubManager()) {
            return predict(latents, timesteps, prepare(text, nothing, inner), scope);
        }
    }

    /**
     * @param latents (N, C, H, W)
     * @param timesteps of each row
     * @param prepared of the rows' prompts
     * @param scope owns the result
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
            NDArray guided = uncond.add(cond.sub(uncond).mul(guidance));
            NDArray own = cond.duplicate(); // not a view of what is freed with the step
            own.attach(scope);
            guided.attach(scope);
            return new Prediction(own, guided);
        }
    }
}
