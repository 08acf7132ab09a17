// SPDX-License-Identifier: Apache-2.0
/** Comparison with another implementation's reference tensors, such as those of diffusers. */
@NullMarked
package io.lorafleet.diffusion.parity;

import org.jspecify.annotations.NullMarked;
