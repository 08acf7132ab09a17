// SPDX-License-Identifier: Apache-2.0
/** Executes a training run, from the feedback to a version that is ready to be published. */
@NullMarked
package io.lorafleet.trainer.run;

import org.jspecify.annotations.NullMarked;
