// SPDX-License-Identifier: Apache-2.0
/** Whether a new version stays, by what it does among real requests. */
@NullMarked
package io.lorafleet.trainer.trial;

import org.jspecify.annotations.NullMarked;
