// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import io.lorafleet.diffusion.unet.ControlNet;

/**
 * The use of a ControlNet in a generation. It affects all rows of an image, also that of the negative prompt: diffusers'
 * guess mode is not supported.
 *
 * @param net ControlNet of the image's model
 * @param image condition image, of the same size as the generated image
 * @param scale factor of the ControlNet's results
 * @param start fraction of the model evaluations that run before the ControlNet is first used, at least 0
 * @param end fraction of the model evaluations after which it is no longer used, greater than {@code start} and at most 1
 * @see "diffusers pipelines/controlnet/pipeline_controlnet.py: control_guidance_start, control_guidance_end"
 */
public record Control(ControlNet net, RgbImage image, double scale, double start, double end) {
    public Control {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("control: scale: expected a finite number, found " + scale);
        }
        // Negated so that NaN is also rejected.
        if (!(start >= 0 && start < end && end <= 1)) {
            throw new IllegalArgumentException(
                    "control: expected 0 <= start < end <= 1, found " + start + " and " + end);
        }
    }

    /**
     * @param evaluation index of a model evaluation
     * @param evaluations number of model evaluations; with an init image, of those that are left
     * @return whether the ControlNet is used in this evaluation, by diffusers' rule: the whole evaluation must be within
     *     the fractions
     */
    boolean uses(int evaluation, int evaluations) {
        return (double) evaluation / evaluations >= start && (double) (evaluation + 1) / evaluations <= end;
    }

    /** @throws IllegalArgumentException if the condition image has another size */
    void requireFit(GenerationParameters request) {
        if (image.width() != request.width() || image.height() != request.height()) {
            throw new IllegalArgumentException("control: image: expected " + request.width() + " x " + request.height()
                    + " pixels, found " + image.width() + " x " + image.height());
        }
    }
}
