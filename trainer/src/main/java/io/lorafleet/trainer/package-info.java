// SPDX-License-Identifier: Apache-2.0
/**
 * The trainer: collects feedback, distills adapters from it, and publishes the versions that pass the quality gate.
 * This package contains the configuration and the wiring.
 *
 * <p>The imports point in the directions {@code kafka -> run -> distill -> evaluate, feedback} and {@code kafka, run,
 * canary -> publish}.
 */
@NullMarked
package io.lorafleet.trainer;

import org.jspecify.annotations.NullMarked;
