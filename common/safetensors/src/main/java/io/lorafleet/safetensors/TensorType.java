// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors;

/** The supported element types of a safetensors file. */
public enum TensorType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    U8(1);

    private final int bytes;

    TensorType(int bytes) {
        this.bytes = bytes;
    }

    /** @return the size of one element in the file, in bytes */
    public int bytes() {
        return bytes;
    }
}
