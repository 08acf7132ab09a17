// SPDX-License-Identifier: Apache-2.0
/** Distills a guided diffusion model into students that need one UNet evaluation per step. */
@NullMarked
package io.lorafleet.distillation;

import org.jspecify.annotations.NullMarked;
