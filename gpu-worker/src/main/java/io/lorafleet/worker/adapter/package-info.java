// SPDX-License-Identifier: Apache-2.0
/**
 * The adapters of a worker: known from the registry, loaded from the blob store, verified, and cached on the device and
 * in host memory. Start at {@link io.lorafleet.worker.adapter.ResidentAdapters}.
 */
@NullMarked
package io.lorafleet.worker.adapter;

import org.jspecify.annotations.NullMarked;
