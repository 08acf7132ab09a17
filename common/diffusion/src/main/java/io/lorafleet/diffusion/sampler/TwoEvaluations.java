// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * A sampler in the variance-exploding scale that evaluates the model twice in each step, at the step's noise level and
 * at a lower one. The last step, to noise level 0, has one evaluation. Evaluation 2k is the first one of step k.
 */
interface TwoEvaluations extends Sampler {
    /** @return the noise levels of the steps */
    Sigmas sigmas();

    /** @return the timestep of the second evaluation of a step */
    double secondTimestep(int step);

    /** @return the noise level of the second evaluation of a step */
    double secondSigma(int step);

    /** @return the spacing of the timesteps */
    NoiseSchedule.Spacing spacing();

    @Override
    default int steps() {
        return sigmas().timesteps().length;
    }

    @Override
    default int evaluationsBefore(int step) {
        return step == steps() ? 2 * step - 1 : 2 * step;
    }

    @Override
    default double[] timesteps() {
        double[] timesteps = new double[evaluationsBefore(steps())];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = isFirst(i) ? sigmas().timesteps()[i / 2] : secondTimestep(i / 2);
        }
        return timesteps;
    }

    /** @return whether an evaluation is the first one of its step */
    default boolean isFirst(int evaluation) {
        return evaluation % 2 == 0;
    }

    /** @return the noise level of an evaluation */
    default double sigmaOf(int evaluation) {
        return isFirst(evaluation) ? sigmas().values()[evaluation / 2] : secondSigma(evaluation / 2);
    }

    @Override
    default double initialNoiseScale() {
        return sigmas().initialNoiseScale(spacing());
    }

    /** Before a second evaluation, adds noise at the level of the end of the step, as diffusers does. */
    @Override
    default NDArray addNoise(NDArray clean, NDArray noise, int evaluation) {
        return clean.add(noise.mul(sigmas().values()[(evaluation + 1) / 2]));
    }

    @Override
    default NDArray modelInput(NDArray latent, int evaluation) {
        return latent.mul(Sigmas.alphaOf(sigmaOf(evaluation)));
    }

    /** @return the predicted original sample of an evaluation */
    default NDArray predictedOriginal(PredictionType prediction, NDArray x, NDArray output, int evaluation) {
        double sigma = sigmaOf(evaluation);
        double alpha = Sigmas.alphaOf(sigma);
        return prediction.predictedOriginal(modelInput(x, evaluation), output, alpha, sigma * alpha);
    }
}
