// SPDX-License-Identifier: Apache-2.0
/**
 * How well images of the demo model follow their prompts, without another model to look at them: the scenes that it was
 * trained to draw are simple enough to be read off the pixels.
 */
@NullMarked
package io.lorafleet.distillation.adherence;

import org.jspecify.annotations.NullMarked;
