// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

/** The body of {@code PUT /v1/adapters/NAME/route}. What is null, the route will not have. */
record NewRoute(Integer stable, Share canary, Share shadow) {
    record Share(int version, double share) {}
}
