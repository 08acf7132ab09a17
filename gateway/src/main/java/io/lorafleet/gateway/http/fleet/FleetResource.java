// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.fleet;

import io.lorafleet.gateway.generation.state.FleetSummary;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.security.Roles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Reports the load and latency of the fleet. */
@RolesAllowed(Roles.OPERATE)
@Path("/v1/fleet")
@Tag(ref = ApiDescription.FLEET)
public final class FleetResource {
    private final GenerationTable table;
    private final Clock clock;

    FleetResource(GenerationTable table, Clock clock) {
        this.table = table;
        this.clock = clock;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "getFleet",
            summary = "Get the current load, and the throughput and latency of the last 30 minutes")
    public FleetSummary get() {
        return table.summary(clock.instant());
    }
}
