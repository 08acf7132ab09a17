// SPDX-License-Identifier: Apache-2.0
/** Whether a new version stays, by what it does among real requests. */
@NullMarked
package io.lorafleet.trainer.canary;

import org.jspecify.annotations.NullMarked;
