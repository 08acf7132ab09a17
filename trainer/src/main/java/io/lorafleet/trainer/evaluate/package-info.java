// SPDX-License-Identifier: Apache-2.0
/** The quality gate for new versions. */
@NullMarked
package io.lorafleet.trainer.evaluate;

import org.jspecify.annotations.NullMarked;
