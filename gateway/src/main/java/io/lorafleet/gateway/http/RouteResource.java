// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.adapter.AdapterRoutes;
import io.lorafleet.gateway.adapter.RouteChange;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.registry.Adapter;
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

/** Sets, removes and rolls back routes. */
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
            summary = "Set the stable version, the canary and the shadow of an adapter",
            description = "Replaces the whole route: an omitted canary or shadow is removed. The previous stable"
                    + " version is kept for a rollback. If two requests change the route at the same time, only the"
                    + " first change applies; the other request gets status 409.")
    public Adapter set(String name, @Nullable RouteBody body) {
        if (body == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        return adapter(routes.set(name, body.request()), name);
    }

    @DELETE
    @Path("/{name}/route")
    @Operation(
            operationId = "removeRoute",
            summary = "Remove the route, so that requests use the newest version",
            description = "If two requests change the route at the same time, only the first change applies; the other"
                    + " request gets status 409.")
    public Adapter remove(String name) {
        return adapter(routes.remove(name), name);
    }

    @POST
    @Path("/{name}/rollback")
    @Operation(
            operationId = "rollBack",
            summary = "Roll back to the previous stable version, and remove the canary and the shadow")
    public Adapter rollBack(String name) {
        return adapter(routes.rollBack(name), name);
    }

    private static Adapter adapter(RouteChange change, String name) {
        return change.match(new Response(name));
    }

    /** Responds to a change, with the adapter's new state or a problem. */
    private record Response(String name) implements RouteChange.Cases<Adapter> {
        @Override
        public Adapter changed(RouteChange.Changed change) {
            return change.adapter();
        }

        @Override
        public Adapter refused(RouteChange.Refused refusal) {
            throw new ProblemException(Problem.invalid(refusal.badFields()));
        }

        @Override
        public Adapter nothingBefore(RouteChange.NothingBefore nothing) {
            throw new ProblemException(ProblemType.NOTHING_BEFORE, nothing.reason());
        }

        @Override
        public Adapter overtaken(RouteChange.Overtaken overtaken) {
            throw new ProblemException(
                    ProblemType.ROUTE_CHANGED,
                    "another change to the route of " + name + " came first; read the route, and try again");
        }

        @Override
        public Adapter unknown(RouteChange.Unknown unknown) {
            throw AdapterResource.unknown(name);
        }
    }
}
