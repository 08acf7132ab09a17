// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import org.jspecify.annotations.Nullable;

/**
 * The starting image of an image-to-image generation. Noise is added to the image, and only the last steps are run.
 *
 * @param image init image, of the same size as the generated image
 * @param strength share of the steps to run, greater than 0 and at most 1. At 1, all steps are run and only the
 *     image's broad colors remain; with a mask, nothing remains of the part that is repainted
 * @param mask part of the image that is repainted; null for the whole image
 * @see <a href="https://arxiv.org/abs/2108.01073">Meng et al. 2021</a>; diffusers pipeline_stable_diffusion_img2img.py
 */
public record ImageToImage(
        RgbImage image, double strength, @Nullable Mask mask) {
    public ImageToImage {
        // Negated so that NaN is also rejected.
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException(
                    "strength: expected a number greater than 0 and at most 1, found " + strength);
        }
    }

    /** Creates an image-to-image generation without a mask. */
    public ImageToImage(RgbImage image, double strength) {
        this(image, strength, null);
    }

    /**
     * @param steps number of steps in the whole schedule
     * @return the index of the first step to run
     * @throws IllegalArgumentException if no step is left
     */
    int startStep(int steps) {
        int run = (int) (steps * strength); // rounded down, as diffusers does
        if (run == 0) {
            throw new IllegalArgumentException(
                    "strength * steps: expected at least 1, found " + strength + " * " + steps);
        }
        return steps - run;
    }

    /** @return the generated image, with the pixels of this image outside the mask if the mask keeps them */
    RgbImage keepUnmasked(RgbImage generated) {
        return mask != null && mask.keepUnmasked() ? mask.keep(generated, image) : generated;
    }

    /** @param factor number of pixels on each side of a position of the latent */
    void requireFit(GenerationParameters request, int factor) {
        if (image.width() != request.width() || image.height() != request.height()) {
            throw new IllegalArgumentException("init image: expected " + request.width() + " x " + request.height()
                    + " pixels, found " + image.width() + " x " + image.height());
        }
        if (mask != null) {
            mask.requireFit(request, factor);
        }
    }
}
