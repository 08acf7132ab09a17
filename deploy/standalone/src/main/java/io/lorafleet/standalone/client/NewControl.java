// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import org.jspecify.annotations.Nullable;

/**
 * A ControlNet in a generation request. The gateway sets a default for each field that is null.
 *
 * @param image condition image: a PNG or JPEG file in base64
 */
public record NewControl(
        String name,
        String image,
        @Nullable Double scale,
        @Nullable Double start,
        @Nullable Double end) {}
