// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

/**
 * The counters of an engine since its start.
 *
 * @param steps number of steps
 * @param rows total number of rows in their batches
 * @param capacity maximum number of rows in a batch of images of the model's default size
 */
public record StepCounters(long steps, long rows, int capacity) {}
