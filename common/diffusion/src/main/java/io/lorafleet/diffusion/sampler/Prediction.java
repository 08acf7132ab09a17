// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/** What a model's output means; with alpha and sigma the shares of picture and noise, so that alpha^2 + sigma^2 = 1. */
public enum Prediction {
    /** The noise. */
    EPSILON {
        @Override
        NDArray picture(NDArray x, NDArray output, double alpha, double sigma) {
            return x.sub(output.mul(sigma)).div(alpha);
        }

        @Override
        NDArray noise(NDArray x, NDArray output, double alpha, double sigma) {
            return output;
        }
    },
    /** alpha noise - sigma picture (Salimans and Ho 2022). */
    V_PREDICTION {
        @Override
        NDArray picture(NDArray x, NDArray output, double alpha, double sigma) {
            return x.mul(alpha).sub(output.mul(sigma));
        }

        @Override
        NDArray noise(NDArray x, NDArray output, double alpha, double sigma) {
            return output.mul(alpha).add(x.mul(sigma));
        }
    };

    /** @param x alpha picture + sigma noise @return the picture that the output stands for */
    abstract NDArray picture(NDArray x, NDArray output, double alpha, double sigma);

    /** @param x alpha picture + sigma noise @return the noise that the output stands for */
    abstract NDArray noise(NDArray x, NDArray output, double alpha, double sigma);
}
