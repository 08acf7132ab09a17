// SPDX-License-Identifier: Apache-2.0
/** Distills adapters: the inputs of a run, its prompts, its checkpoints and its candidate. */
@NullMarked
package io.lorafleet.trainer.distill;

import org.jspecify.annotations.NullMarked;
