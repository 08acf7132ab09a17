// SPDX-License-Identifier: Apache-2.0
/** Copies arrays between host and device memory, and handles the gradients of parameters. */
@NullMarked
package io.lorafleet.distillation.tensor;

import org.jspecify.annotations.NullMarked;
