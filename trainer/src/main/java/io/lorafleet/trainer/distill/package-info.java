// SPDX-License-Identifier: Apache-2.0
/** Distills adapters: a run's inputs, prompts, checkpoints and candidate. */
@NullMarked
package io.lorafleet.trainer.distill;

import org.jspecify.annotations.NullMarked;
