// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.safetensors.UNetBlocks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The names of the UNet's layers. */
final class UNetNames {
    static final String PREFIX = "model.diffusion_model.";

    private UNetNames() {}

    static TensorNames of(UNetConfig config) {
        List<Boolean> up = new ArrayList<>(config.attends());
        Collections.reverse(up);
        TensorNames names = new TensorNames();
        UNetBlocks.names(config.layersPerBlock(), config.attends(), up).forEach(names::put);
        return names;
    }
}
