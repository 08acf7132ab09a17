// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.UNet;
import java.util.Map;

/** A model in training: a UNet and its trained parameters. */
public interface Student extends AutoCloseable {

    /** @return the UNet, in float32, opened for training */
    UNet unet();

    /** @return the adaptation of every row; gradients pass through it */
    Adaptation adaptation();

    /** @return the trained parameters, by name, always in the same order; they are closed with this object */
    Map<String, NDArray> parameters();

    /** Frees the trained parameters. */
    @Override
    void close();
}
