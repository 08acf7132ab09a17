// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import java.util.Arrays;
import java.util.List;

/**
 * The steps that a sampler runs: a schedule, or the last part of a schedule.
 *
 * @param count number of steps in the whole schedule
 * @param first index of the first step to run, 0 to count - 1
 * @param settings settings that may contain explicit timesteps or sigmas
 */
record Steps(int count, int first, SamplerSettings settings) {

    /** @throws IllegalArgumentException if the explicit timesteps or sigmas are not a schedule of this many steps */
    Steps {
        int explicit = settings.explicitSteps();
        if (explicit != 0 && explicit != count) {
            throw new IllegalArgumentException("steps: expected " + explicit + ", the number of steps of the explicit"
                    + " schedule, found " + count);
        }
        requireDescending("timesteps", settings.timesteps());
        requireDescending("sigmas", settings.sigmas());
        List<Double> sigmas = settings.sigmas();
        if (!sigmas.isEmpty() && sigmas.get(sigmas.size() - 1) != 0) {
            throw new IllegalArgumentException("sigmas: expected 0 at the end, found " + sigmas);
        }
    }

    private static <N extends Number & Comparable<N>> void requireDescending(String field, List<N> values) {
        for (int i = 1; i < values.size(); i++) {
            if (values.get(i).compareTo(values.get(i - 1)) >= 0) {
                throw new IllegalArgumentException(field + ": expected descending numbers, found " + values);
            }
        }
    }

    /**
     * @param round see {@link NoiseSchedule#timesteps}
     * @return the timesteps of the steps to run
     */
    double[] timesteps(NoiseSchedule schedule, boolean round) {
        return run(settings.timesteps().isEmpty() ? schedule.timesteps(count, round) : explicit(schedule));
    }

    /** @return the timesteps of the steps to run, chosen as the multistep solvers do */
    double[] timestepsWithoutLast(NoiseSchedule schedule) {
        return run(settings.timesteps().isEmpty() ? schedule.timestepsWithoutLast(count) : explicit(schedule));
    }

    /** @return the timesteps of the steps to run, which were used to distill the model */
    double[] distilledTimesteps(NoiseSchedule schedule) {
        return run(settings.timesteps().isEmpty() ? schedule.distilledTimesteps(count) : explicit(schedule));
    }

    /** @return the timesteps' noise levels in the variance-exploding scale, or the explicit ones */
    Sigmas sigmas(NoiseSchedule schedule) {
        if (settings.sigmas().isEmpty()) {
            return Sigmas.at(timesteps(schedule, false), schedule);
        }
        double[] values =
                settings.sigmas().stream().mapToDouble(Double::doubleValue).toArray();
        return Sigmas.explicit(values, schedule).from(first);
    }

    private double[] explicit(NoiseSchedule schedule) {
        int last = schedule.trainTimesteps() - 1;
        for (int timestep : settings.timesteps()) {
            if (timestep < 0 || timestep > last) {
                throw new IllegalArgumentException("timesteps: expected 0 to " + last + ", found " + timestep);
            }
        }
        return settings.timesteps().stream().mapToDouble(Integer::doubleValue).toArray();
    }

    private double[] run(double[] whole) {
        return Arrays.copyOfRange(whole, first, whole.length);
    }
}
