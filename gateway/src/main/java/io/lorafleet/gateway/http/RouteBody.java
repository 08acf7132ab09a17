// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.adapter.RouteRequest;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON body of a {@link RouteRequest}. */
@Schema(name = "RouteRequest")
public record RouteBody(
        @Schema(required = true, description = "Version for most requests.") @Nullable
        Integer stable,

        @Schema(description = "Version that a share of the requests use instead of the stable version. Default: none.")
        @Nullable
        Share canary,

        @Schema(
                description =
                        "Student to measure on a share of the requests, without any effect on their images. Default:"
                                + " none.")
        @Nullable
        Share shadow) {

    /** A version and the share of the requests that use it. */
    public record Share(
            @Schema(required = true) @Nullable Integer version,

            @Schema(required = true, description = "Share of the requests: greater than 0 and at most 1.") @Nullable
            Double share) {

        static RouteRequest.@Nullable Share requested(@Nullable Share body) {
            return body == null ? null : new RouteRequest.Share(body.version, body.share);
        }
    }

    RouteRequest request() {
        return new RouteRequest(stable, Share.requested(canary), Share.requested(shadow));
    }
}
