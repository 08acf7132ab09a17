// SPDX-License-Identifier: Apache-2.0
/** Compares the training computations with tensors from a reference implementation. */
@NullMarked
package io.lorafleet.distillation.parity;

import org.jspecify.annotations.NullMarked;
