// SPDX-License-Identifier: Apache-2.0
/** From a prompt to what the UNet attends to: CLIP's tokenizer and text encoder. */
@NullMarked
package io.lorafleet.diffusion.text;

import org.jspecify.annotations.NullMarked;
