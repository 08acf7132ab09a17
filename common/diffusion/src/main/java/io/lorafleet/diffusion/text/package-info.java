// SPDX-License-Identifier: Apache-2.0
/** Prompt encoding: CLIP's tokenizer and text encoder. */
@NullMarked
package io.lorafleet.diffusion.text;

import org.jspecify.annotations.NullMarked;
