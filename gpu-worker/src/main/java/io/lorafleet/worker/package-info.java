// SPDX-License-Identifier: Apache-2.0
/**
 * The GPU worker: one resident base model, many adapters.
 *
 * <p>{@code kafka} takes requests and replies, {@code job} decides what happens to a request, {@code engine} computes
 * on the device, {@code adapter} keeps adapters in memory.
 */
@NullMarked
package io.lorafleet.worker;

import org.jspecify.annotations.NullMarked;
