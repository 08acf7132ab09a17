// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.Shadow;
import java.util.Optional;

/**
 * An image that was drawn.
 *
 * @param shadow what was found of the request's shadow on the way: means of its steps
 */
public record FinishedImage(RgbImage image, Optional<Shadow.Errors> shadow) {}
