// SPDX-License-Identifier: Apache-2.0
/** The gate that a version must pass before it is published. */
@NullMarked
package io.lorafleet.trainer.evaluate;

import org.jspecify.annotations.NullMarked;
