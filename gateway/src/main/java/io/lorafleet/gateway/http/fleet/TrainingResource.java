// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.fleet;

import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.gateway.training.TrainingTable;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Lists training runs. */
@RolesAllowed({Roles.OPERATE, Roles.MANAGE_ADAPTERS})
@Path("/v1/trainings")
@Tag(ref = ApiDescription.FLEET)
public final class TrainingResource {
    private final TrainingTable trainings;

    TrainingResource(TrainingTable trainings) {
        this.trainings = trainings;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listTrainings",
            summary = "List the latest training run of each adapter, with its losses and route decisions")
    public List<TrainingView> list() {
        return trainings.all().stream().map(TrainingView::of).toList();
    }
}
