// SPDX-License-Identifier: Apache-2.0
/**
 * Adapters in this worker: {@link io.lorafleet.worker.adapter.ResidentAdapters} first. Known from the registry, fetched,
 * verified, kept on the device while they are used and as long as there is room, and in the host's memory behind it.
 */
@NullMarked
package io.lorafleet.worker.adapter;

import org.jspecify.annotations.NullMarked;
