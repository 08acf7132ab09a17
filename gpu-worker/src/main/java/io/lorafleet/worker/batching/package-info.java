// SPDX-License-Identifier: Apache-2.0
/** Selects batches: see {@link io.lorafleet.worker.batching.BatchScheduler}. Independent of arrays and models. */
@NullMarked
package io.lorafleet.worker.batching;

import org.jspecify.annotations.NullMarked;
