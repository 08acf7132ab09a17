// SPDX-License-Identifier: Apache-2.0
/** Which images go their next step together: {@link io.lorafleet.worker.batching.BatchScheduler}. Knows no arrays. */
@NullMarked
package io.lorafleet.worker.batching;

import org.jspecify.annotations.NullMarked;
