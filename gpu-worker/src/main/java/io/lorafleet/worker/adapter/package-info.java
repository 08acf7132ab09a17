// SPDX-License-Identifier: Apache-2.0
/**
 * A worker's adapters, which are listed in the registry, loaded from the blob store, verified, and cached on the device
 * and in host memory. Start with {@link io.lorafleet.worker.adapter.ResidentAdapters}.
 */
@NullMarked
package io.lorafleet.worker.adapter;

import org.jspecify.annotations.NullMarked;
