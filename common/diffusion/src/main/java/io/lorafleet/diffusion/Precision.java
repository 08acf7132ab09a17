// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.nn.PackedWeights;
import io.lorafleet.diffusion.weights.Weights.Use;

/**
 * The numbers that the UNet computes with. Text encoder, VAE and sampler always take float32: they cost little, and half
 * precision shows there first.
 */
public enum Precision {
    FLOAT32(DataType.FLOAT32, Use.INFERENCE),
    /** Half the memory; fast on a GPU, slow on a CPU. */
    FLOAT16(DataType.FLOAT16, Use.INFERENCE),
    /** Products in bfloat16, all between them in float32. For CPUs: half the memory, and twice as fast on recent ones. */
    BFLOAT16(DataType.FLOAT32, Use.ROUNDED_INFERENCE);

    private final DataType dataType;
    private final Use use;

    Precision(DataType dataType, Use use) {
        this.dataType = dataType;
        this.use = use;
    }

    /** @throws IllegalArgumentException if the device cannot compute so */
    public void require(Device device) {
        if (this == BFLOAT16 && !(device.equals(Device.cpu()) && PackedWeights.takeBfloat16())) {
            throw new IllegalArgumentException(
                    "precision: expected float32 or float16 on this device, found bfloat16: it takes a CPU with AVX-512");
        }
    }

    /** @return what layers may do with weights in this precision */
    public Use use() {
        return use;
    }

    /** @return what arrays hold */
    public DataType dataType() {
        return dataType;
    }
}
