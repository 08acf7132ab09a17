// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import java.nio.ByteBuffer;

/** Memory outside the heap that is used again and again; it grows to the largest size that was asked for. */
final class ScratchMemory {
    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);

    /** @return so many bytes, which an earlier caller may see, too */
    ByteBuffer of(int size) {
        if (bytes.capacity() < size) {
            bytes = ByteBuffer.allocateDirect(size);
        }
        return bytes.slice(0, size);
    }
}
