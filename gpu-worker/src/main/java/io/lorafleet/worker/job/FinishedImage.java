// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.Shadow;
import java.util.Optional;

/**
 * A generated image.
 *
 * @param image decoded image
 * @param shadow errors of the shadow student, averaged over the steps; empty without a shadow
 */
public record FinishedImage(RgbImage image, Optional<Shadow.Errors> shadow) {}
