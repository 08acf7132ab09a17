// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import org.jspecify.annotations.Nullable;

/**
 * The body of {@code PUT /v1/adapters/NAME/route}. If {@code canary} or {@code shadow} is null, the new route has none.
 */
public record NewRoute(
        Integer stable, @Nullable Share canary, @Nullable Share shadow) {
    public record Share(int version, double share) {}
}
