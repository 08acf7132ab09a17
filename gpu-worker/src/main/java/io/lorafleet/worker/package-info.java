// SPDX-License-Identifier: Apache-2.0
/**
 * The GPU worker: one resident base with many adapters.
 *
 * <p>{@code kafka} consumes requests and publishes results, {@code job} processes a request, {@code batching} selects
 * batches, {@code engine} computes on the device, and {@code adapter} caches adapters.
 */
@NullMarked
package io.lorafleet.worker;

import org.jspecify.annotations.NullMarked;
