// SPDX-License-Identifier: Apache-2.0
/** Arrays: copies between host and device memory, and the gradients that PyTorch attaches to them. */
@NullMarked
package io.lorafleet.distillation.tensor;

import org.jspecify.annotations.NullMarked;
