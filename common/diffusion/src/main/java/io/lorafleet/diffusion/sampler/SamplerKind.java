// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The supported samplers, and the {@link SamplerSettings} that each of them takes, as in diffusers. */
public enum SamplerKind {
    DDIM("DDIMScheduler", Schedules.SPACED, Ddim::new),
    EULER("EulerDiscreteScheduler", Schedules.SPACED_TIMESTEPS_SIGMAS, Euler::plain),
    EULER_KARRAS("EulerDiscreteScheduler", Schedules.SPACED, Euler::karras),
    EULER_ANCESTRAL("EulerAncestralDiscreteScheduler", Schedules.SPACED, Euler::ancestral),
    DPMPP_2M("DPMSolverMultistepScheduler", Schedules.SPACED_TIMESTEPS, DpmSolver::plain),
    /** Its noise levels cover the whole range, whatever the spacing. */
    DPMPP_2M_KARRAS("DPMSolverMultistepScheduler", Schedules.FIXED, DpmSolver::karras),
    DPMPP_3M_SDE("DPMSolverMultistepScheduler", Schedules.SPACED_TIMESTEPS, DpmSdeMultistep::new),
    DPMPP_SDE("DPMSolverSDEScheduler", Schedules.SPACED, DpmSde::new),
    HEUN("HeunDiscreteScheduler", Schedules.SPACED_TIMESTEPS, Heun::new),
    DEIS("DEISMultistepScheduler", Schedules.SPACED, Deis::new),
    LCM("LCMScheduler", Schedules.TIMESTEPS, Lcm::new),
    TCD("TCDScheduler", Schedules.TIMESTEPS, Tcd::new),
    PNDM("PNDMScheduler", Schedules.SPACED, Pndm::new),
    UNIPC("UniPCMultistepScheduler", Schedules.SPACED, UniPc::new);

    /** What determines the steps, besides their number. */
    private enum Schedules {
        FIXED(false, false, false),
        TIMESTEPS(false, true, false),
        SPACED(true, false, false),
        SPACED_TIMESTEPS(true, true, false),
        SPACED_TIMESTEPS_SIGMAS(true, true, true);

        private final boolean spacing;
        private final boolean timesteps;
        private final boolean sigmas;

        Schedules(boolean spacing, boolean timesteps, boolean sigmas) {
            this.spacing = spacing;
            this.timesteps = timesteps;
            this.sigmas = sigmas;
        }
    }

    private interface Maker {
        Sampler make(NoiseSchedule schedule, Steps steps);
    }

    private final String schedulerClass;
    private final Schedules schedules;
    private final Maker maker;

    SamplerKind(String schedulerClass, Schedules schedules, Maker maker) {
        this.schedulerClass = schedulerClass;
        this.schedules = schedules;
        this.maker = maker;
    }

    /** @throws IllegalArgumentException if the noise schedule does not support this number of steps */
    public Sampler with(NoiseSchedule schedule, int steps) {
        return with(schedule, steps, 0, SamplerSettings.DEFAULT);
    }

    /**
     * Creates a sampler for the last part of a schedule. The first step has no predecessor, so multistep samplers start
     * at a low order.
     *
     * @param schedule noise schedule of the model
     * @param steps number of steps in the whole schedule
     * @param startStep index of the first step to run, 0 to steps - 1
     * @param settings settings that this sampler takes
     * @throws IllegalArgumentException if the noise schedule does not support this number of steps, or if the settings
     *     contain something that the sampler does not take
     */
    public Sampler with(NoiseSchedule schedule, int steps, int startStep, SamplerSettings settings) {
        require(takesSpacing() || settings.spacing() == null, "spacing", settings.spacing());
        require(takesTimesteps() || settings.timesteps().isEmpty(), "timesteps", settings.timesteps());
        require(takesSigmas() || settings.sigmas().isEmpty(), "sigmas", settings.sigmas());
        NoiseSchedule spaced = settings.spacing() == null ? schedule : schedule.withSpacing(settings.spacing());
        return maker.make(spaced, new Steps(steps, startStep, settings));
    }

    private void require(boolean fits, String setting, @Nullable Object found) {
        if (!fits) {
            throw new IllegalArgumentException(
                    setting + ": expected none with the sampler " + this + ", found " + found);
        }
    }

    /** @return whether the timesteps depend on a spacing */
    public boolean takesSpacing() {
        return schedules.spacing;
    }

    /** @return whether the sampler takes explicit timesteps */
    public boolean takesTimesteps() {
        return schedules.timesteps;
    }

    /** @return whether the sampler takes explicit noise levels */
    public boolean takesSigmas() {
        return schedules.sigmas;
    }

    /** @return diffusers' scheduler class */
    public String schedulerClass() {
        return schedulerClass;
    }

    /** @return the supported scheduler classes of diffusers, in the order of the samplers */
    static Set<String> schedulerClasses() {
        return Arrays.stream(values())
                .map(SamplerKind::schedulerClass)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** @return the first sampler with this scheduler class */
    static SamplerKind first(String schedulerClass) {
        return Arrays.stream(values())
                .filter(kind -> kind.schedulerClass.equals(schedulerClass))
                .findFirst()
                .orElseThrow();
    }
}
