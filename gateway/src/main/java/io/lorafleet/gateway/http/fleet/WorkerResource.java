// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.fleet;

import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.security.Roles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Lists the workers. */
@RolesAllowed(Roles.OPERATE)
@Path("/v1/workers")
@Tag(ref = ApiDescription.FLEET)
public final class WorkerResource {
    private final ModelDirectory models;

    WorkerResource(ModelDirectory models) {
        this.models = models;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listWorkers",
            summary = "List all known workers with their states, models and resident adapters")
    public List<WorkerView> list() {
        return models.workers().stream().map(WorkerView::of).toList();
    }
}
