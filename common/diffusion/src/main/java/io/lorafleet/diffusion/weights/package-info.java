// SPDX-License-Identifier: Apache-2.0
/**
 * Model files: pipeline folders in diffusers' layout, their configs, and safetensors weights. This package does not
 * depend on any model.
 */
@NullMarked
package io.lorafleet.diffusion.weights;

import org.jspecify.annotations.NullMarked;
