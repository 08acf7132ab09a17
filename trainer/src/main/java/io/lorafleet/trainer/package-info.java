// SPDX-License-Identifier: Apache-2.0
/**
 * The trainer: gathers feedback, distils adapters further from it, and publishes those that pass the gate. This package
 * holds its configuration and its wiring.
 *
 * <p>Imports point {@code kafka -> trial -> publish -> distill -> evaluate, feedback -> common}.
 */
@NullMarked
package io.lorafleet.trainer;

import org.jspecify.annotations.NullMarked;
