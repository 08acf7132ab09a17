// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

/**
 * The limits of the adapters in a worker.
 *
 * @param deviceBytes size of the device tier, in bytes; adapters in use may exceed it
 * @param hostBytes size of the host memory tier, in bytes
 * @param rank largest rank of an adapter layer
 */
public record AdapterLimits(long deviceBytes, long hostBytes, int rank) {}
