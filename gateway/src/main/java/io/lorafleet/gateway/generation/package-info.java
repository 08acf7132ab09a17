// SPDX-License-Identifier: Apache-2.0
/** Generations: submission, lookup and cancellation. */
@NullMarked
package io.lorafleet.gateway.generation;

import org.jspecify.annotations.NullMarked;
