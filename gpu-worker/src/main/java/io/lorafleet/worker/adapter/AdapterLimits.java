// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

/**
 * What adapters may take.
 *
 * @param deviceBytes on the device, beyond those in use
 * @param hostBytes in the host's memory, behind the device
 * @param rank the largest that a layer of an adapter may have: a batch pads all its rows to its largest
 */
public record AdapterLimits(long deviceBytes, long hostBytes, int rank) {}
