// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.UNet;
import java.util.Map;

/** A model that learns: a UNet, and those of its numbers that change. */
public interface Student extends AutoCloseable {

    /** @return the UNet that it runs through, in float32, its weights laid out for training */
    UNet unet();

    /** @return what goes along with every row; gradients flow through it */
    Adaptation adaptation();

    /** @return the arrays that learn, by name, always in the same order; they stay with this object */
    Map<String, NDArray> parameters();

    /** Frees what learns. */
    @Override
    void close();
}
