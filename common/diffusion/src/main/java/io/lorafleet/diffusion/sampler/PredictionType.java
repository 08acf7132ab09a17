// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/** The meaning of a model's output. A noisy latent is alpha original + sigma noise, with alpha^2 + sigma^2 = 1. */
public enum PredictionType {
    /** The output is the noise. */
    EPSILON {
        @Override
        NDArray predictedOriginal(NDArray x, NDArray output, double alpha, double sigma) {
            return x.sub(output.mul(sigma)).div(alpha);
        }

        @Override
        NDArray predictedNoise(NDArray x, NDArray output, double alpha, double sigma) {
            return output;
        }

        @Override
        NDArray target(NDArray original, NDArray noise, double alpha, double sigma) {
            return noise;
        }
    },
    /** The output is alpha noise - sigma original (Salimans and Ho 2022). */
    V_PREDICTION {
        @Override
        NDArray predictedOriginal(NDArray x, NDArray output, double alpha, double sigma) {
            return x.mul(alpha).sub(output.mul(sigma));
        }

        @Override
        NDArray predictedNoise(NDArray x, NDArray output, double alpha, double sigma) {
            return output.mul(alpha).add(x.mul(sigma));
        }

        @Override
        NDArray target(NDArray original, NDArray noise, double alpha, double sigma) {
            return noise.mul(alpha).sub(original.mul(sigma));
        }
    };

    /** @param x noisy latent @return the predicted original sample */
    abstract NDArray predictedOriginal(NDArray x, NDArray output, double alpha, double sigma);

    /** @param x noisy latent @return the predicted noise */
    abstract NDArray predictedNoise(NDArray x, NDArray output, double alpha, double sigma);

    /** @return the output that corresponds to this original sample and this noise */
    abstract NDArray target(NDArray original, NDArray noise, double alpha, double sigma);
}
