// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.sampler.Sampler;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a generation keeps the part of its init image that the mask does not repaint. An ordinary UNet does not know the
 * mask, so the latent is blended after each step. An inpainting UNet gets the mask and the masked image as additional
 * channels.
 *
 * @see <a
 *     href="https://github.com/huggingface/diffusers/blob/main/src/diffusers/pipelines/stable_diffusion/pipeline_stable_diffusion_inpaint.py">
 *     diffusers' StableDiffusionInpaintPipeline</a>
 */
interface Inpainting {
    /** No mask: the whole image is generated. */
    Inpainting NONE = new Inpainting() {};

    /** @return the input of the UNet (1, C, H, W), owned by the manager of the latent */
    default NDArray modelInput(NDArray latent) {
        return latent;
    }

    /**
     * @param latent latent after a model evaluation
     * @param next index of the next evaluation; the number of evaluations after the last one
     * @return the latent for the next evaluation, owned by the manager of the latent
     */
    default NDArray afterStep(NDArray latent, Sampler sampler, int next) {
        return latent;
    }

    /**
     * The first latent of a generation, and how it continues.
     *
     * @param latent latent before the first step, owned by the scope
     */
    record Start(NDArray latent, Inpainting inpainting) {}

    /**
     * Draws noise in the same order as diffusers: to sample the image's latent, for the first latent, and to sample the
     * masked image's latent. diffusers draws the last noise even if the UNet does not get the masked image. An
     * inpainting UNet needs the image's latent only if the generation does not start from noise alone.
     *
     * @param noise returns new unit noise of the latent's shape, owned by the scope
     * @param owner manager that owns the arrays that the generation keeps
     */
    static Start start(
            StableDiffusion model,
            ImageToImage image,
            Mask mask,
            Sampler sampler,
            Supplier<NDArray> noise,
            NDManager scope,
            NDManager owner) {
        boolean fromNoise = image.strength() == 1;
        NDArray pixels = image.image().toArray(scope);
        NDArray clean = model.inpainting() && fromNoise ? null : model.vae().encodeScaled(pixels, noise.get());
        NDArray unit = noise.get();
        NDArray first =
                clean == null || fromNoise ? unit.mul(sampler.initialNoiseScale()) : sampler.addNoise(clean, unit, 0);
        NDArray posterior = noise.get();
        NDArray repainted = mask.latent(owner, model.sizeMultiple());
        if (!model.inpainting()) {
            return new Start(first, new Blending(repainted, clean, unit, sampler.timesteps().length, owner));
        }
        NDArray masked = model.vae().encodeScaled(pixels.mul(mask.kept(scope)), posterior);
        NDArray channels = NDArrays.concat(new NDList(repainted, masked), 1);
        channels.attach(owner);
        return new Start(first, new Channels(channels));
    }

    /** After each evaluation, replaces the kept part with the image's latent, with the noise of the next evaluation. */
    final class Blending implements Inpainting {
        private final NDArray repainted;
        private final NDArray kept;
        private final NDArray clean;
        private final NDArray noise;
        private final int evaluations;

        Blending(NDArray repainted, @Nullable NDArray clean, NDArray noise, int evaluations, NDManager owner) {
            this.repainted = repainted;
            this.kept = repainted.mul(-1).add(1);
            this.clean = Objects.requireNonNull(clean);
            this.noise = noise;
            this.evaluations = evaluations;
            kept.attach(owner);
            clean.attach(owner);
            noise.attach(owner);
        }

        @Override
        public NDArray afterStep(NDArray latent, Sampler sampler, int next) {
            try (NDManager scope = Scopes.open(latent, repainted, kept, clean, noise)) {
                NDArray known = next == evaluations ? clean : sampler.addNoise(clean, noise, next);
                return scope.ret(known.mul(kept).add(latent.mul(repainted)));
            }
        }
    }

    /** Adds the mask and the masked image's latent to the UNet's input. */
    final class Channels implements Inpainting {
        private final NDArray channels;

        Channels(NDArray channels) {
            this.channels = channels;
        }

        /** @param latent shape of the latent (1, C, H, W) */
        static Channels empty(Shape latent, NDManager owner) {
            return new Channels(owner.zeros(new Shape(1, latent.get(1) + 1, latent.get(2), latent.get(3))));
        }

        @Override
        public NDArray modelInput(NDArray latent) {
            NDArray input = NDArrays.concat(new NDList(latent, channels), 1);
            input.attach(latent.getManager());
            return input;
        }
    }
}
