// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * The part of an init image that an inpainting generation repaints. In a mask image, this part is white.
 *
 * @param width width in pixels
 * @param height height in pixels
 * @param repainted whether each pixel is repainted, in row-major order from the top left
 * @param keepUnmasked whether the other pixels of the finished image are those of the init image. Otherwise, they have
 *     passed through the autoencoder, which changes them slightly
 * @see <a href="https://github.com/huggingface/diffusers/blob/main/src/diffusers/image_processor.py">diffusers'
 *     VaeImageProcessor, with do_binarize and do_convert_grayscale</a>
 */
public record Mask(int width, int height, boolean[] repainted, boolean keepUnmasked) {
    /** The lowest gray value that is white: diffusers repaints from 0.5 of 255 upward. */
    private static final int WHITE = 128;

    public Mask {
        if (repainted.length != width * height) {
            throw new IllegalArgumentException(
                    "repainted: expected " + width + " x " + height + " values, found " + repainted.length);
        }
    }

    /** @param image mask image, whose colors are converted to gray */
    public static Mask of(RgbImage image, boolean keepUnmasked) {
        boolean[] repainted = new boolean[image.width() * image.height()];
        for (int i = 0; i < repainted.length; i++) {
            repainted[i] = image.luma(i) >= WHITE;
        }
        return new Mask(image.width(), image.height(), repainted, keepUnmasked);
    }

    /**
     * @param factor number of pixels on each side of a position of the latent
     * @throws IllegalArgumentException if the mask has another size, or repaints no position of the latent
     */
    void requireFit(GenerationParameters request, int factor) {
        if (width != request.width() || height != request.height()) {
            throw new IllegalArgumentException("mask: expected " + request.width() + " x " + request.height()
                    + " pixels, found " + width + " x " + height);
        }
        for (float position : latent(factor)) {
            if (position == 1) {
                return;
            }
        }
        throw new IllegalArgumentException("mask: expected white in the top left pixel of at least one block of "
                + factor + " x " + factor + " pixels, found none");
    }

    /** @return an array (1, 1, H, W) that is 1 for each pixel that is not repainted, otherwise 0 */
    NDArray kept(NDManager owner) {
        float[] kept = new float[repainted.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = repainted[i] ? 0 : 1;
        }
        return owner.create(kept, new Shape(1, 1, height, width));
    }

    /** @return an array (1, 1, H / factor, W / factor) that is 1 for each position that is repainted, otherwise 0 */
    NDArray latent(NDManager owner, int factor) {
        return owner.create(latent(factor), new Shape(1, 1, height / factor, width / factor));
    }

    /** Takes the top left pixel of each block, as torch's nearest interpolation does. */
    private float[] latent(int factor) {
        int columns = width / factor;
        float[] positions = new float[columns * (height / factor)];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = repainted[i / columns * factor * width + i % columns * factor] ? 1 : 0;
        }
        return positions;
    }

    /** @return the generated image, with the pixels of the init image where it is not repainted */
    RgbImage keep(RgbImage generated, RgbImage init) {
        byte[] rgb = generated.rgb().clone();
        for (int i = 0; i < repainted.length; i++) {
            if (!repainted[i]) {
                System.arraycopy(init.rgb(), 3 * i, rgb, 3 * i, 3);
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
