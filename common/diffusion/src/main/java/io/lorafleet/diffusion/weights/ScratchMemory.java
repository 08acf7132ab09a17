// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import java.nio.ByteBuffer;

/** Reusable off-heap memory. It grows to the largest size requested so far. */
final class ScratchMemory {
    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);

    /** @return a buffer of the given size, which shares its memory with earlier results */
    ByteBuffer of(int size) {
        if (bytes.capacity() < size) {
            bytes = ByteBuffer.allocateDirect(size);
        }
        return bytes.slice(0, size);
    }
}
