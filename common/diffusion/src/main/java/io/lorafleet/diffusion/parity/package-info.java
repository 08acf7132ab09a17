// SPDX-License-Identifier: Apache-2.0
/** Comparison with reference tensors of another implementation, such as diffusers. */
@NullMarked
package io.lorafleet.diffusion.parity;

import org.jspecify.annotations.NullMarked;
