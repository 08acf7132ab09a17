// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors;

import java.nio.ByteBuffer;

/** The supported element types of a safetensors file. */
public enum TensorType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    U8(1);

    /** The bits of the exponent, which are all set in NaN and infinity. */
    private static final int F16_EXPONENT = 0x7C00;

    private static final int BF16_EXPONENT = 0x7F80;

    private final int bytes;

    TensorType(int bytes) {
        this.bytes = bytes;
    }

    /** @return the size of one element in the file, in bytes */
    public int bytes() {
        return bytes;
    }

    /** Reads the next value. @return whether it is finite as float32 */
    boolean nextIsFinite(ByteBuffer data) {
        return switch (this) {
            case F64 -> Float.isFinite((float) data.getDouble());
            case F32 -> Float.isFinite(data.getFloat());
            case F16 -> (data.getShort() & F16_EXPONENT) != F16_EXPONENT;
            case BF16 -> (data.getShort() & BF16_EXPONENT) != BF16_EXPONENT;
            case I64, I32, U8 -> {
                data.position(data.position() + bytes);
                yield true;
            }
        };
    }
}
