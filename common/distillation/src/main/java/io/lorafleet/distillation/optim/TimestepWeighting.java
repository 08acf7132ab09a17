// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.optim;

/** The weight of a row in the loss, by its timestep. */
public enum TimestepWeighting {
    /** The same weight for all timesteps. */
    UNIFORM {
        @Override
        public double weight(double alphaBar) {
            return 1;
        }
    },
    /**
     * A lower weight at timesteps with little noise, where the prediction is easy: min(SNR, 5) / SNR.
     *
     * @see <a href="https://arxiv.org/abs/2303.09556">Hang et al. 2023</a>, for epsilon prediction
     */
    MIN_SNR {
        @Override
        public double weight(double alphaBar) {
            double signalToNoise = alphaBar / (1 - alphaBar);
            return Math.min(signalToNoise, MAX_SIGNAL_TO_NOISE) / signalToNoise;
        }
    };

    private static final double MAX_SIGNAL_TO_NOISE = 5;

    /** @param alphaBar the signal's share of the variance at the timestep */
    public abstract double weight(double alphaBar);
}
