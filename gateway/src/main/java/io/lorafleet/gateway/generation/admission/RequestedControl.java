// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import org.jspecify.annotations.Nullable;

/**
 * A ControlNet in a generation request. Absent values are null.
 *
 * @param image condition image: a PNG or JPEG file in base64, or a base64 data: URL
 * @param start share of the model evaluations before the ControlNet is first used
 * @param end share of the model evaluations after which it is no longer used
 */
public record RequestedControl(
        @Nullable String name,
        @Nullable String image,
        @Nullable Double scale,
        @Nullable Double start,
        @Nullable Double end) {}
