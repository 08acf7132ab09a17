package io.lorafleet.diffusion.checkpoint;

import ai.djl.ndarray.types.DataType;

/** Element types that are accepted in a safetensors file. */
public enum TensorType {
    F64(8, DataType.FLOAT64),
    F32(4, DataType.FLOAT32),
    F16(2, DataType.FLOAT16),
    /** Widened to float32 in Java: DJL has no mapping for it, and asking for one ends the process. */
    BF16(2, DataType.FLOAT32),
    I64(8, DataType.INT64),
    I32(4, DataType.INT32),
    U8(1, DataType.UINT8);

    private final int bytes;
    private final DataType dataType;

    TensorType(int bytes, DataType dataType) {
        this.bytes = bytes;
        this.dataType = dataType;
    }

    /** @return bytes of one element in the file */
    public int bytes() {
        return bytes;
    }

    /** @return the type of an array made from it */
    DataType dataType() {
        return dataType;
    }
}
