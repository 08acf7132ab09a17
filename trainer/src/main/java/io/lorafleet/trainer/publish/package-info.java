// SPDX-License-Identifier: Apache-2.0
/** Versions: which ones there are, and how a new one gets its number. */
@NullMarked
package io.lorafleet.trainer.publish;

import org.jspecify.annotations.NullMarked;
