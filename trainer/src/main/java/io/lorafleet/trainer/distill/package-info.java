// SPDX-License-Identifier: Apache-2.0
/** A run: what it learns from, what it makes of it, and what it leaves for another trainer to go on from. */
@NullMarked
package io.lorafleet.trainer.distill;

import org.jspecify.annotations.NullMarked;
