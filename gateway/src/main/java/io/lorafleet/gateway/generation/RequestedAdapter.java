// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import org.jspecify.annotations.Nullable;

/**
 * An adapter in a generation request. Null stands for an absent value.
 *
 * @param adapter {@code name}, whose route selects the version, or {@code name@version}
 */
public record RequestedAdapter(
        @Nullable String adapter, @Nullable Double scale) {}
