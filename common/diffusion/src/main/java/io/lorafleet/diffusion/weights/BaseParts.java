// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import java.util.List;

/**
 * The weights of a loaded model that adapters can change.
 *
 * @param unet weights of the UNet
 * @param textEncoders weights of each text encoder
 */
public record BaseParts(BaseWeights unet, List<BaseWeights> textEncoders) {
    public BaseParts {
        textEncoders = List.copyOf(textEncoders);
    }
}
