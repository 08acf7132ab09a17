// SPDX-License-Identifier: Apache-2.0
/**
 * Model files: pipeline folders in the diffusers layout, their configs, and safetensors weights. This package does not
 * depend on any model.
 */
@NullMarked
package io.lorafleet.diffusion.weights;

import org.jspecify.annotations.NullMarked;
