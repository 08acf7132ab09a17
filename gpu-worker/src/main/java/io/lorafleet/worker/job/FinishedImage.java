// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.Shadow;
import io.lorafleet.messages.generation.PromptTokens;
import java.util.Optional;

/**
 * A generated image.
 *
 * @param image decoded image
 * @param shadow the shadow student's errors, averaged over the steps; empty if there is no shadow
 * @param tokens token counts of the request's prompts
 */
public record FinishedImage(RgbImage image, Optional<Shadow.Errors> shadow, PromptTokens tokens) {}
