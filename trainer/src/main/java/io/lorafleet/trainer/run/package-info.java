// SPDX-License-Identifier: Apache-2.0
/** Executes a training run, from the feedback to the version that is ready to publish. */
@NullMarked
package io.lorafleet.trainer.run;

import org.jspecify.annotations.NullMarked;
