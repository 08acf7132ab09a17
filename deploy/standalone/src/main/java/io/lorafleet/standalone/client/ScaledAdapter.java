// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import org.jspecify.annotations.Nullable;

/**
 * An adapter in a generation request.
 *
 * @param adapter {@code NAME} or {@code NAME@VERSION}
 * @param scale adapter scale; null for the gateway's default
 */
public record ScaledAdapter(String adapter, @Nullable Double scale) {}
