// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.Picture;
import io.lorafleet.diffusion.Shadow;
import java.util.Optional;

/**
 * A picture that was drawn.
 *
 * @param shadow what was found of the request's shadow on the way: means of its steps
 */
public record Drawn(Picture picture, Optional<Shadow.Errors> shadow) {}
