package io.lorafleet.diffusion.sampler;

import ai.djl.ndarray.NDArray;

/**
 * Euler's method on the probability-flow ODE, in the scale where noise of sigma is added to the picture.
 *
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022</a>, algorithm 1; diffusers
 *     scheduling_euler_discrete.py
 */
final class Euler implements Sampler {
    private final NoiseSchedule schedule;
    private final double[] timesteps;
    /** One more than steps; the last is 0. */
    private final double[] sigmas;

    Euler(NoiseSchedule schedule, int steps) {
        this.schedule = schedule;
        this.timesteps = schedule.timesteps(steps, false);
        this.sigmas = new double[steps + 1];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = sigmaAt(timesteps[i]);
        }
    }

    @Override
    public double[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public double initialNoiseScale() {
        double most = sigmas[0];
        return schedule.spacing() == NoiseSchedule.Spacing.LEADING ? Math.sqrt(most * most + 1) : most;
    }

    @Override
    public NDArray modelInput(NDArray latent, int step) {
        return latent.div(Math.sqrt(sigmas[step] * sigmas[step] + 1));
    }

    @Override
    public NDArray step(NDArray x, NDArray output, int step) {
        double sigma = sigmas[step];
        double change = sigmas[step + 1] - sigma;
        NDArray slope = switch (schedule.prediction()) {
            case EPSILON -> output;
            case V_PREDICTION -> {
                // (x - x0) / sigma with x0 = x / (sigma^2 + 1) - output sigma / sqrt(sigma^2 + 1)
                double square = sigma * sigma + 1;
                yield x.mul(sigma / square).add(output.div(Math.sqrt(square)));
            }
        };
        return x.add(slope.mul(change));
    }

    /** Between whole timesteps, sigma is interpolated. */
    private double sigmaAt(double timestep) {
        int below = (int) Math.floor(timestep);
        int above = Math.min(below + 1, schedule.trainTimesteps() - 1);
        double along = timestep - below;
        return sigma(below) * (1 - along) + sigma(above) * along;
    }

    private double sigma(int timestep) {
        double alphaBar = schedule.alphaBar()[timestep];
        return Math.sqrt((1 - alphaBar) / alphaBar);
    }
}
