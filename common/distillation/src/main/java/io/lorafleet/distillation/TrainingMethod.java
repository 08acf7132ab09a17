// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

/** What learns, and from whom: the four rows of the paper's table 1. */
public enum TrainingMethod {
    /** All weights learn, from images: the noise that was laid over them. */
    FULL(false, false),
    /** All weights learn, in a copy beside the teacher's, what the teacher says. */
    FULL_DISTILLATION(false, true),
    /** Factors of low rank learn, from images. */
    LORA(true, false),
    /** Factors of low rank learn what the teacher says, whose weights are theirs, too. */
    LORA_DISTILLATION(true, true);

    private final boolean lowRank;
    private final boolean distils;

    TrainingMethod(boolean lowRank, boolean distils) {
        this.lowRank = lowRank;
        this.distils = distils;
    }

    public boolean lowRank() {
        return lowRank;
    }

    public boolean distils() {
        return distils;
    }
}
