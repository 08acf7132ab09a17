// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.optim;

/** How much a row counts in the loss, by its timestep. */
public enum TimestepWeighting {
    /** All alike. */
    UNIFORM {
        @Override
        public double weight(double alphaBar) {
            return 1;
        }
    },
    /**
     * Less where there is little noise, and the answer is easy to see: min(SNR, 5) / SNR.
     *
     * @see <a href="https://arxiv.org/abs/2303.09556">Hang et al. 2023</a>, for a prediction of the noise
     */
    MIN_SNR {
        @Override
        public double weight(double alphaBar) {
            double signalToNoise = alphaBar / (1 - alphaBar);
            return Math.min(signalToNoise, MOST) / signalToNoise;
        }
    };

    private static final double MOST = 5;

    /** @param alphaBar share of the image that is left at the timestep */
    public abstract double weight(double alphaBar);
}
