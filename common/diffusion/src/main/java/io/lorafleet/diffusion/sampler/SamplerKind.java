// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The supported samplers. */
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
        Sampler make(NoiseSchedule schedule, int steps, int startStep);
    }

    private final String schedulerClass;
    private final boolean karras;
    private final Maker maker;

    SamplerKind(String schedulerClass, boolean karras, Maker maker) {
        this.schedulerClass = schedulerClass;
        this.karras = karras;
        this.maker = maker;
    }

    /** @throws IllegalArgumentException if the noise schedule does not support this number of steps */
    public Sampler with(NoiseSchedule schedule, int steps) {
        return with(schedule, steps, 0);
    }

    /**
     * Creates a sampler for the last part of a schedule. The first step has no predecessor, so multistep samplers start
     * at a low order.
     *
     * @param schedule noise schedule of the model
     * @param steps number of steps in the whole schedule
     * @param startStep index of the first step to run, 0 to steps - 1
     * @throws IllegalArgumentException if the noise schedule does not support this number of steps
     */
    public Sampler with(NoiseSchedule schedule, int steps, int startStep) {
        return maker.make(schedule, steps, startStep);
    }

    String schedulerClass() {
        return schedulerClass;
    }

    /** @return the supported scheduler classes of diffusers, in the order of the samplers */
    static Set<String> schedulerClasses() {
        return Arrays.stream(values())
                .map(SamplerKind::schedulerClass)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * @return the sampler that matches the scheduler class of the noise schedule, and its {@code karrasSigmas} if the
     *     class has this option
     */
    public static SamplerKind of(NoiseSchedule schedule) {
        List<SamplerKind> kinds = Arrays.stream(values())
                .filter(kind -> kind.schedulerClass.equals(schedule.schedulerClass()))
                .toList();
        return kinds.stream()
                .filter(kind -> kind.karras == schedule.karrasSigmas())
                .findFirst()
                .orElseGet(() -> kinds.get(0));
    }
}
