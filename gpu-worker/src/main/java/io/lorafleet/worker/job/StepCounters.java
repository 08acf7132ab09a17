// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

/**
 * The steps that an engine has made since it began.
 *
 * @param rows of all their batches together
 * @param capacity rows that a batch may have, for images of the model's own size
 */
public record StepCounters(long steps, long rows, int capacity) {}
