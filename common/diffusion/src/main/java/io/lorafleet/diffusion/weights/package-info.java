// SPDX-License-Identifier: Apache-2.0
/** Model files: diffusers pipeline folders, their configs, and safetensors weights. Knows nothing of any model. */
@NullMarked
package io.lorafleet.diffusion.weights;

import org.jspecify.annotations.NullMarked;
