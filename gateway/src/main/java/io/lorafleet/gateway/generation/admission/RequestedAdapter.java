// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import org.jspecify.annotations.Nullable;

/**
 * An adapter in a generation request. Absent values are null.
 *
 * @param adapter {@code name@version}, or {@code name}, for which the adapter's route selects the version
 */
public record RequestedAdapter(
        @Nullable String adapter, @Nullable Double scale) {}
