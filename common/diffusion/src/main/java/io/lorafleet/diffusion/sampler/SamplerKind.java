// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import java.util.Arrays;

/** The samplers there are. */
public enum SamplerKind {
    DDIM("DDIMScheduler", false, Ddim::new),
    EULER("EulerDiscreteScheduler", false, Euler::plain),
    EULER_KARRAS("EulerDiscreteScheduler", true, Euler::karras),
    EULER_ANCESTRAL("EulerAncestralDiscreteScheduler", false, Euler::ancestral),
    DPMPP_2M("DPMSolverMultistepScheduler", false, DpmSolver::plain),
    DPMPP_2M_KARRAS("DPMSolverMultistepScheduler", true, DpmSolver::karras),
    LCM("LCMScheduler", false, Lcm::new),
    PNDM("PNDMScheduler", false, Pndm::new),
    UNIPC("UniPCMultistepScheduler", false, UniPc::new);

    private interface Maker {
        Sampler make(NoiseSchedule schedule, int steps, int skipped);
    }

    private final String schedulerClass;
    private final boolean karras;
    private final Maker maker;

    SamplerKind(String schedulerClass, boolean karras, Maker maker) {
        this.schedulerClass = schedulerClass;
        this.karras = karras;
        this.maker = maker;
    }

    /** @throws IllegalArgumentException if the schedule cannot be walked in so many steps */
    public Sampler with(NoiseSchedule schedule, int steps) {
        return with(schedule, steps, 0);
    }

    /**
     * The last part of a way. Its first step knows of none before it, so the multistep samplers begin at low order.
     *
     * @param steps of the whole way
     * @param skipped steps that are left out at its start, where the noise is most: 0 to steps - 1
     * @throws IllegalArgumentException if the schedule cannot be walked in so many steps
     */
    public Sampler with(NoiseSchedule schedule, int steps, int skipped) {
        return maker.make(schedule, steps, skipped);
    }

    /** @return the sampler that a folder's scheduler class asks for, or DDIM if that one is not here */
    public static SamplerKind of(NoiseSchedule schedule) {
        return Arrays.stream(values())
                .filter(kind ->
                        kind.schedulerClass.equals(schedule.schedulerClass()) && kind.karras == schedule.karrasSigmas())
                .findFirst()
                .orElse(DDIM);
    }
}
