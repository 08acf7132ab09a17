// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

/** Which weights are trained, and where the targets come from: the four rows of table 1 in Golnari 2023. */
public enum TrainingMethod {
    /** Trains all weights to predict the noise added to images. */
    FULL(false, false),
    /** Trains all weights of a copy of the base on the teacher's predictions. */
    FULL_DISTILLATION(false, true),
    /** Trains LoRA factors to predict the noise added to images. */
    LORA(true, false),
    /** Trains LoRA factors, added to the base's frozen weights, on the teacher's predictions. */
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
