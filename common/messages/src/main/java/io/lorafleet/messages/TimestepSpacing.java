// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How a sampler's timesteps are spaced over the training timesteps (Lin et al. 2023, table 2). JSON uses the lower-case
 * names.
 */
public enum TimestepSpacing {
    /** Equal distances from the first to the last training timestep. */
    @JsonProperty("linspace")
    LINSPACE,
    /** Whole distances, counted from the lowest noise. */
    @JsonProperty("leading")
    LEADING,
    /** Equal distances, counted from the highest noise. */
    @JsonProperty("trailing")
    TRAILING
}
