// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An adapter in an order. */
public record RequestedAdapter(
        @Schema(description = "NAME, which the adapter's route turns into a version, or NAME@VERSION.") @Nullable
        String adapter,

        @Schema(description = "Factor on the adapter. Default: 1.") @Nullable
        Double scale) {}
