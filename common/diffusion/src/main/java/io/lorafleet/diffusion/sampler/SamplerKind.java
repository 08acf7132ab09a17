package io.lorafleet.diffusion.sampler;

import java.util.function.BiFunction;

/** The samplers there are. */
public enum SamplerKind {
    DDIM(Ddim::new),
    EULER(Euler::new);

    private final BiFunction<NoiseSchedule, Integer, Sampler> maker;

    SamplerKind(BiFunction<NoiseSchedule, Integer, Sampler> maker) {
        this.maker = maker;
    }

    /** @throws IllegalArgumentException if the schedule cannot be walked in so many steps */
    public Sampler with(NoiseSchedule schedule, int steps) {
        return maker.apply(schedule, steps);
    }

    /** @return the sampler that a folder's scheduler class asks for, or DDIM if that one is not here */
    public static SamplerKind of(NoiseSchedule schedule) {
        return schedule.schedulerClass().equals("EulerDiscreteScheduler") ? EULER : DDIM;
    }
}
