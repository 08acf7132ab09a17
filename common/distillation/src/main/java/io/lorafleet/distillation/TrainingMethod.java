// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

/** The trained weights and the source of the targets: the four rows of table 1 in the paper. */
public enum TrainingMethod {
    /** Trains all weights to predict the noise added to images. */
    FULL(false, false),
    /** Trains all weights of a copy of the base on the predictions of the teacher. */
    FULL_DISTILLATION(false, true),
    /** Trains LoRA factors to predict the noise added to images. */
    LORA(true, false),
    /** Trains LoRA factors, on the frozen weights of the base, on the predictions of the teacher. */
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
