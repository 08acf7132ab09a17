// SPDX-License-Identifier: Apache-2.0
/**
 * Selects batches: see {@link io.lorafleet.worker.batching.BatchScheduler}. This package does not use DJL or any model.
 */
@NullMarked
package io.lorafleet.worker.batching;

import org.jspecify.annotations.NullMarked;
