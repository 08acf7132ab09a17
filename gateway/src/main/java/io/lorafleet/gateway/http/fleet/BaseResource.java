// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.fleet;

import io.lorafleet.gateway.generation.admission.AdmissionRules;
import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.model.Pool;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Lists the bases. */
@RolesAllowed(Roles.GENERATE)
@Path("/v1/bases")
@Tag(ref = ApiDescription.FLEET)
public final class BaseResource {
    private final ModelDirectory models;
    private final AdmissionRules rules;

    BaseResource(ModelDirectory models, AdmissionRules rules) {
        this.models = models;
        this.rules = rules;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listBases",
            summary = "List the base models with their image sizes and ControlNets; the default base model comes first")
    public List<BaseView> list() {
        List<Pool> pools = models.pools();
        return models.bases().stream()
                .map(base -> BaseView.of(base, rules.maxPixels(base), slots(base, pools), controlNets(base, pools)))
                .toList();
    }

    /** @return the ControlNets of all pools with this base; a request is sent to a pool that has those it names */
    private static List<PinnedControlNet> controlNets(BaseModel base, List<Pool> pools) {
        return pools.stream()
                .filter(pool -> pool.base().equals(base))
                .flatMap(pool -> pool.controlNets().stream())
                .distinct()
                .sorted(Comparator.comparing(PinnedControlNet::name))
                .toList();
    }

    private static int slots(BaseModel base, List<Pool> pools) {
        return pools.stream()
                .filter(pool -> pool.base().equals(base))
                .mapToInt(Pool::readySlots)
                .sum();
    }
}
