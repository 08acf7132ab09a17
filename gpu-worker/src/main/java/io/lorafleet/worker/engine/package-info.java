// SPDX-License-Identifier: Apache-2.0
/**
 * Computes on the device: {@link io.lorafleet.worker.engine.DiffusionEngine} first. A request is prepared on one thread,
 * goes its steps on another, in batches with others ({@link io.lorafleet.worker.engine.StepLoop}), and its images are
 * decoded on a third, so that neither holds up the next step.
 */
@NullMarked
package io.lorafleet.worker.engine;

import org.jspecify.annotations.NullMarked;
