// SPDX-License-Identifier: Apache-2.0
/** Samplers: the algorithms that remove noise step by step. They do not depend on the model. */
@NullMarked
package io.lorafleet.diffusion.sampler;

import org.jspecify.annotations.NullMarked;
