// SPDX-License-Identifier: Apache-2.0
/**
 * Selects batches: see {@link io.lorafleet.worker.batching.BatchScheduler}. This package does not depend on arrays or
 * models.
 */
@NullMarked
package io.lorafleet.worker.batching;

import org.jspecify.annotations.NullMarked;
