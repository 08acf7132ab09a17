// SPDX-License-Identifier: Apache-2.0
/** Compares this implementation with reference tensors that another one, such as diffusers, made. */
package io.lorafleet.diffusion.parity;
