// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

/** How many of those that were asked for are met. */
public record Tally(int met, int asked) {
    static final Tally NONE = new Tally(0, 0);

    static Tally of(boolean met) {
        return new Tally(met ? 1 : 0, 1);
    }

    Tally plus(Tally other) {
        return new Tally(met + other.met, asked + other.asked);
    }

    /** @return from 0 to 1; not a number if nothing was asked for */
    public double share() {
        return (double) met / asked;
    }
}
