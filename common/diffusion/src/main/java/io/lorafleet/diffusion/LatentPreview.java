// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.vae.Vae;

/**
 * Approximates the image of a latent with a linear map from channels to colors, with one pixel per position of the
 * latent. The map takes almost no time, whereas the VAE takes as long as a few steps. The map is fitted to the VAE's
 * output for patches of random latents.
 */
public final class LatentPreview {
    private static final long SEED = 0;
    private static final int IMAGES = 2;
    /** Number of patches along each side of an image used for the fit. */
    private static final int PATCHES = 4;
    /** Number of latent values along each side of a patch. */
    private static final int PATCH = 4;

    private final int channels;
    /** For each color, the weight of each channel and a constant: (3, channels + 1). */
    private final float[] map;

    private LatentPreview(int channels, float[] map) {
        this.channels = channels;
        this.map = map;
    }

    /** Decodes a few small latents and fits the map to the resulting images. */
    public static LatentPreview of(StableDiffusion model) {
        Vae vae = model.vae();
        int channels = vae.config().latentChannels();
        long side = (long) PATCH * vae.config().factor();
        try (NDManager scope = model.owner().newSubManager()) {
            Shape shape = new Shape(IMAGES, channels, PATCHES, PATCHES);
            NDArray patches = scope.create(new SeededNoise(SEED).next((int) shape.size()), shape);
            NDArray images = vae.decodeScaled(patches.repeat(2, PATCH).repeat(3, PATCH));
            NDArray colours = images.reshape(IMAGES, 3, PATCHES, side, PATCHES, side)
                    .mean(new int[] {5})
                    .mean(new int[] {3});
            NDArray one = scope.ones(new Shape((long) IMAGES * PATCHES * PATCHES, 1));
            NDArray x = byPatch(patches).concat(one, 1); // (patches, channels + 1)
            NDArray leastSquares = x.transpose()
                    .matMul(x)
                    .inverse()
                    .matMul(x.transpose())
                    .matMul(byPatch(colours)); // (channels + 1, 3)
            return new LatentPreview(channels, leastSquares.transpose().toFloatArray());
        }
    }

    /** (N, C, H, W) to (N H W, C). */
    private static NDArray byPatch(NDArray images) {
        return images.transpose(0, 2, 3, 1).reshape(-1, images.getShape().get(1));
    }

    /** @param latent latent in the UNet's scale (1, C, H, W) @return W x H pixels */
    public RgbImage image(NDArray latent) {
        int height = Math.toIntExact(latent.getShape().get(2));
        int width = Math.toIntExact(latent.getShape().get(3));
        int pixels = height * width;
        float[] planes = latent.toType(DataType.FLOAT32, false).toFloatArray();
        float[] colours = new float[3 * pixels];
        for (int colour = 0; colour < 3; colour++) {
            int weights = colour * (channels + 1);
            for (int pixel = 0; pixel < pixels; pixel++) {
                float sum = map[weights + channels];
                for (int channel = 0; channel < channels; channel++) {
                    sum += map[weights + channel] * planes[channel * pixels + pixel];
                }
                colours[colour * pixels + pixel] = sum;
            }
        }
        return RgbImage.of(colours, width, height);
    }
}
