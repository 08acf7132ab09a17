// SPDX-License-Identifier: Apache-2.0
/** Generations: admission, state and cancellation. */
@NullMarked
package io.lorafleet.gateway.generation;

import org.jspecify.annotations.NullMarked;
