// SPDX-License-Identifier: Apache-2.0
/** From noise to a latent, step by step. Nothing here knows a model or owns device memory. */
@NullMarked
package io.lorafleet.diffusion.sampler;

import org.jspecify.annotations.NullMarked;
