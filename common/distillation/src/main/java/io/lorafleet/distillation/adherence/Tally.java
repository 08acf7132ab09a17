// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

/**
 * The number of attributes in prompts, and how many of them the images show.
 *
 * @param met number of attributes met
 * @param asked number of attributes in the prompts
 */
public record Tally(int met, int asked) {
    static final Tally NONE = new Tally(0, 0);

    static Tally of(boolean met) {
        return new Tally(met ? 1 : 0, 1);
    }

    Tally plus(Tally other) {
        return new Tally(met + other.met, asked + other.asked);
    }

    /** @return the share of attributes met, from 0 to 1; NaN if there are no attributes */
    public double share() {
        return (double) met / asked;
    }
}
