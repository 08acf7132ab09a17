// SPDX-License-Identifier: Apache-2.0
/**
 * Model files: pipeline folders in diffusers' layout, their configs, and safetensors weights. Independent of the
 * models.
 */
@NullMarked
package io.lorafleet.diffusion.weights;

import org.jspecify.annotations.NullMarked;
