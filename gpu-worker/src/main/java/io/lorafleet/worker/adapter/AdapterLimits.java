// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

/**
 * Limits on the adapters that a worker accepts and keeps in memory.
 *
 * @param deviceBytes capacity of the device tier, in bytes; adapters in use may exceed it
 * @param hostBytes capacity of the host memory tier, in bytes
 * @param rank maximum rank of an adapter layer
 */
public record AdapterLimits(long deviceBytes, long hostBytes, int rank) {}
