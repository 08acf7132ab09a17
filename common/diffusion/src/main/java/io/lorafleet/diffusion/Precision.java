package io.lorafleet.diffusion;

import ai.djl.ndarray.types.DataType;

/**
 * The numbers that the UNet computes with. Text encoder, VAE and sampler always take float32: they cost little, and half
 * precision shows there first.
 */
public enum Precision {
    FLOAT32(DataType.FLOAT32),
    /** Half the memory; fast on a GPU, slow on a CPU. */
    FLOAT16(DataType.FLOAT16);

    private final DataType dataType;

    Precision(DataType dataType) {
        this.dataType = dataType;
    }

    public DataType dataType() {
        return dataType;
    }
}
