// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.adapter.Adapter;
import io.lorafleet.gateway.adapter.AdapterRoutes;
import io.lorafleet.gateway.adapter.RouteChange;
import io.lorafleet.gateway.adapter.RouteRequest;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Roles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Sets which versions requests get that name an adapter and no version. */
@RolesAllowed(Roles.MANAGE_ADAPTERS)
@Path(AdapterResource.PATH)
@Tag(ref = ApiDescription.ADAPTERS)
@Produces(MediaType.APPLICATION_JSON)
public final class RouteResource {
    private final AdapterRoutes routes;

    RouteResource(AdapterRoutes routes) {
        this.routes = routes;
    }

    @PUT
    @Path("/{name}/route")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "setRoute",
            summary = "Route requests to a stable version, and shares of them to a canary and a shadow",
            description = "The whole route: a canary or shadow that is left out is removed. The stable version that it"
                    + " had is kept for a roll-back. If two clients set one route at once, the last one wins.")
    public Adapter set(String name, @Nullable RouteRequest order) {
        if (order == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        return adapter(routes.set(name, order), name);
    }

    @DELETE
    @Path("/{name}/route")
    @Operation(operationId = "removeRoute", summary = "Give requests the newest version again")
    public Adapter remove(String name) {
        return adapter(routes.remove(name), name);
    }

    @POST
    @Path("/{name}/rollback")
    @Operation(operationId = "rollBack", summary = "Go back to the stable version before, without canary and shadow")
    public Adapter rollBack(String name) {
        return adapter(routes.rollBack(name), name);
    }

    private static Adapter adapter(RouteChange change, String name) {
        if (change instanceof RouteChange.Changed changed) {
            return changed.adapter();
        }
        if (change instanceof RouteChange.Refused refused) {
            throw new ProblemException(Problem.invalid(refused.badFields()));
        }
        if (change instanceof RouteChange.NothingBefore nothing) {
            throw new ProblemException(ProblemType.NOTHING_BEFORE, nothing.reason());
        }
        throw AdapterResource.unknown(name);
    }
}
