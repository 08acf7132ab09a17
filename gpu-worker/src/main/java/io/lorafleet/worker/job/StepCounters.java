// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

/**
 * An engine's counters since its start.
 *
 * @param steps number of steps
 * @param rows total number of rows in these steps' batches
 * @param capacity maximum number of rows in a batch at the model's default image size
 */
public record StepCounters(long steps, long rows, int capacity) {}
