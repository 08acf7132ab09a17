// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import org.jspecify.annotations.Nullable;

/** The autoencoder (VAE) that converts between images and latents. Images are (N, 3, H, W) in [-1, 1]. */
public final class Vae {
    /** Lower bound of the log variance, as in diffusers. */
    private static final double MIN_LOG_VARIANCE = -30;

    private static final double MAX_LOG_VARIANCE = 20;

    private final VaeConfig config;
    private final Encoder encoder;
    private final @Nullable Conv2d quantConv;
    private final @Nullable Conv2d postQuantConv;
    private final Decoder decoder;
    private final Tiles tiles;
    private final long tileAbove;

    /** Creates a VAE that decodes every image as a whole. */
    public Vae(VaeConfig config, Weights weights) {
        this.config = config;
        int latent = config.latentChannels();
        encoder = new Encoder(config, weights.in("encoder"));
        quantConv = config.quantConv() ? Conv2d.same(weights.in("quant_conv"), 2 * latent, 2 * latent, 1) : null;
        postQuantConv = config.postQuantConv() ? Conv2d.same(weights.in("post_quant_conv"), latent, latent, 1) : null;
        decoder = new Decoder(config, weights.in("decoder"));
        tiles = Tiles.of(config);
        tileAbove = Long.MAX_VALUE;
    }

    private Vae(Vae whole, long tileAbove) {
        config = whole.config;
        encoder = whole.encoder;
        quantConv = whole.quantConv;
        postQuantConv = whole.postQuantConv;
        decoder = whole.decoder;
        tiles = whole.tiles;
        this.tileAbove = tileAbove;
    }

    /**
     * Sets the size above which images are decoded in tiles of the training size. Tiling needs less memory, but changes
     * the image slightly.
     *
     * @param pixels maximum size of an image that is decoded as a whole, in pixels (width times height)
     * @return a VAE with the same weights
     */
    public Vae tilingAbove(long pixels) {
        return new Vae(this, pixels);
    }

    public VaeConfig config() {
        return config;
    }

    /**
     * The distribution of an image's latent, not yet scaled for the UNet.
     *
     * @param mean mean (N, C, H / factor, W / factor)
     * @param logVariance log variance, of the same shape
     */
    public record Posterior(NDArray mean, NDArray logVariance) {}

    /** @param image image (N, 3, H, W) @return the distribution of the latent, attached to the image's manager */
    public Posterior encode(NDArray image) {
        try (NDManager scope = Scopes.open(image)) {
            NDArray moments = encoder.forward(image);
            if (quantConv != null) {
                moments = quantConv.forward(moments);
            }
            NDList halves = moments.split(2, 1);
            NDArray logVariance = halves.get(1).clip(MIN_LOG_VARIANCE, MAX_LOG_VARIANCE);
            NDList result = scope.ret(new NDList(halves.get(0), logVariance));
            return new Posterior(result.get(0), result.get(1));
        }
    }

    /**
     * Samples a latent from an image's distribution. Inverse of {@link #decodeScaled}.
     *
     * @param image image (N, 3, H, W)
     * @param noise standard Gaussian noise (N, C, H / factor, W / factor)
     * @return the latent in the UNet's scale (N, C, H / factor, W / factor), attached to the image's manager
     */
    public NDArray encodeScaled(NDArray image, NDArray noise) {
        try (NDManager scope = Scopes.open(image, noise)) {
            Posterior posterior = encode(image);
            NDArray deviation = posterior.logVariance().div(2).exp();
            NDArray sampled = posterior.mean().add(deviation.mul(noise));
            return scope.ret(sampled.sub(config.shiftFactor()).mul(config.scalingFactor()));
        }
    }

    /** @param latent latent in the VAE's scale (N, C, H, W) @return the image (N, 3, H factor, W factor) */
    public NDArray decode(NDArray latent) {
        Shape shape = latent.getShape();
        long pixels = shape.get(2) * shape.get(3) * config.factor() * config.factor();
        boolean whole = pixels <= tileAbove || !tiles.divide(shape);
        return whole ? decodeWhole(latent) : tiles.decode(latent, this::decodeWhole);
    }

    private NDArray decodeWhole(NDArray latent) {
        try (NDManager scope = Scopes.open(latent)) {
            return scope.ret(decoder.forward(postQuantConv == null ? latent : postQuantConv.forward(latent)));
        }
    }

    /** @param latent latent in the UNet's scale (N, C, H, W) @return the image (N, 3, H factor, W factor) */
    public NDArray decodeScaled(NDArray latent) {
        try (NDManager scope = Scopes.open(latent)) {
            return scope.ret(decode(latent.div(config.scalingFactor()).add(config.shiftFactor())));
        }
    }
}
