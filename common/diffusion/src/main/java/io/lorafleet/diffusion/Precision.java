// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.nn.PackedWeights;
import io.lorafleet.diffusion.weights.Weights.Use;

/**
 * The precision of the UNet. The text encoder, VAE and sampler always use float32: they take little time, and the
 * effect of half precision would be most visible there.
 */
public enum Precision {
    FLOAT32(DataType.FLOAT32, Use.INFERENCE),
    /** Half the memory; fast on a GPU, slow on a CPU. */
    FLOAT16(DataType.FLOAT16, Use.INFERENCE),
    /**
     * Matrix products in bfloat16, other operations in float32. For CPUs only: half the memory, and twice as fast on
     * recent CPUs.
     */
    BFLOAT16(DataType.FLOAT32, Use.ROUNDED_INFERENCE);

    private final DataType dataType;
    private final Use use;

    Precision(DataType dataType, Use use) {
        this.dataType = dataType;
        this.use = use;
    }

    /** @throws IllegalArgumentException if the device does not support this precision */
    public void require(Device device) {
        if (this == BFLOAT16 && !(device.equals(Device.cpu()) && PackedWeights.supportBfloat16())) {
            throw new IllegalArgumentException(
                    "precision: expected float32 or float16 on this device, found bfloat16, which needs a CPU with AVX-512");
        }
    }

    /** @return how the weights are used at this precision */
    public Use use() {
        return use;
    }

    /** @return the data type of the arrays */
    public DataType dataType() {
        return dataType;
    }
}
