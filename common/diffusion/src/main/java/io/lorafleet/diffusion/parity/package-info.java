// SPDX-License-Identifier: Apache-2.0
/** Compares this implementation with reference tensors that another one, such as diffusers, made. */
@NullMarked
package io.lorafleet.diffusion.parity;

import org.jspecify.annotations.NullMarked;
