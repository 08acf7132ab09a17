// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import org.jspecify.annotations.Nullable;

/** The body of {@code PUT /v1/adapters/NAME/route}. The gateway omits null fields from the route. */
public record NewRoute(
        Integer stable, @Nullable Share canary, @Nullable Share shadow) {
    public record Share(int version, double share) {}
}
