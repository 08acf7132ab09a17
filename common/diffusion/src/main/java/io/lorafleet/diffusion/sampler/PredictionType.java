// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/** What a model's output means; with alpha and sigma the shares of image and noise, so that alpha^2 + sigma^2 = 1. */
public enum PredictionType {
    /** The noise. */
    EPSILON {
        @Override
        NDArray image(NDArray x, NDArray output, double alpha, double sigma) {
            return x.sub(output.mul(sigma)).div(alpha);
        }

        @Override
        NDArray noise(NDArray x, NDArray output, double alpha, double sigma) {
            return output;
        }
    },
    /** alpha noise - sigma image (Salimans and Ho 2022). */
    V_PREDICTION {
        @Override
        NDArray image(NDArray x, NDArray output, double alpha, double sigma) {
            return x.mul(alpha).sub(output.mul(sigma));
        }

        @Override
        NDArray noise(NDArray x, NDArray output, double alpha, double sigma) {
            return output.mul(alpha).add(x.mul(sigma));
        }
    };

    /** @param x alpha image + sigma noise @return the image that the output stands for */
    abstract NDArray image(NDArray x, NDArray output, double alpha, double sigma);

    /** @param x alpha image + sigma noise @return the noise that the output stands for */
    abstract NDArray noise(NDArray x, NDArray output, double alpha, double sigma);
}
