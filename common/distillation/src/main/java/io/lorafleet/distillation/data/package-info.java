// SPDX-License-Identifier: Apache-2.0
/** Training data: prompts, sampling trajectories, trajectory samples and batches. */
@NullMarked
package io.lorafleet.distillation.data;

import org.jspecify.annotations.NullMarked;
