// SPDX-License-Identifier: Apache-2.0
/** The loss, the optimizer and the moving average of the weights. */
@NullMarked
package io.lorafleet.distillation.optim;

import org.jspecify.annotations.NullMarked;
