// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

/**
 * The image that an image comes from: noise is laid over it, and only the last steps are made.
 *
 * @param image of the size that is drawn
 * @param strength share of the steps that are made, above 0 and at most 1. At 1 all are, and little but the image's
 *     broad colours shows through
 * @see <a href="https://arxiv.org/abs/2108.01073">Meng et al. 2021</a>; diffusers
 *     pipeline_stable_diffusion_img2img.py
 */
public record ImageToImage(RgbImage image, double strength) {
    public ImageToImage {
        // Written so that NaN fails.
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException("strength: expected more than 0 and at most 1, found " + strength);
        }
    }

    /**
     * @return steps that are left out at the start
     * @throws IllegalArgumentException if none is left to make
     */
    int skipped(int steps) {
        int made = (int) (steps * strength); // rounded down, as diffusers does
        if (made == 0) {
            throw new IllegalArgumentException(
                    "strength * steps: expected at least 1, found " + strength + " * " + steps);
        }
        return steps - made;
    }

    void requireFit(GenerationParameters request) {
        if (image.width() != request.width() || image.height() != request.height()) {
            throw new IllegalArgumentException("image: expected " + request.width() + " x " + request.height()
                    + " pixels, as the image has, found " + image.width() + " x " + image.height());
        }
    }
}
