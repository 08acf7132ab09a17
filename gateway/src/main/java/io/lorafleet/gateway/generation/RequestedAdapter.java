// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An adapter in a generation request. */
public record RequestedAdapter(
        @Schema(description = "NAME, whose route selects the version, or NAME@VERSION.") @Nullable
        String adapter,

        @Schema(description = "Scale of the adapter. Default: 1.") @Nullable
        Double scale) {}
