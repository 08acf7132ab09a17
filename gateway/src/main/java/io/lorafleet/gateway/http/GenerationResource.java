// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.gateway.generation.Cancellation;
import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationRequest;
import io.lorafleet.gateway.generation.GenerationTable;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

/** GenerationSubmitter images, and follows and stops what was ordered. */
@RolesAllowed(Roles.GENERATE)
@Path(GenerationResource.PATH)
@Tag(ref = ApiDescription.GENERATIONS)
public final class GenerationResource {
    static final String PATH = "/v1/generations";
    private static final String REPLAYED = "Idempotent-Replayed";

    private final GenerationSubmitter orders;
    private final Generations generations;
    private final GenerationTable table;
    private final GenerationEvents events;
    private final Caller caller;

    GenerationResource(
            GenerationSubmitter orders,
            Generations generations,
            GenerationTable table,
            GenerationEvents events,
            Caller caller) {
        this.orders = orders;
        this.generations = generations;
        this.table = table;
        this.events = events;
        this.caller = caller;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "createGeneration", summary = "Order images; answers when the order is durable")
    @APIResponse(
            responseCode = "202",
            description = "The order is safely on Kafka. This is the generation that comes of it, at its Location.",
            headers = {
                @Header(name = HttpHeaders.LOCATION, schema = @Schema(type = SchemaType.STRING)),
                @Header(
                        name = REPLAYED,
                        description = "true if the same order came before",
                        schema = @Schema(type = SchemaType.BOOLEAN))
            },
            content = @Content(schema = @Schema(implementation = GenerationView.class)))
    public Response submit(
            @HeaderParam(IdempotencyKey.HEADER)
                    @Parameter(
                            description =
                                    "The same order with the same key is taken once, however often it is sent; then"
                                            + " the answer has " + REPLAYED
                                            + ": true. Another order with the same key is"
                                            + " refused. 1 to 255 characters.")
                    @Nullable
                    String idempotencyKey,
            @Nullable GenerationRequest order) {
        if (order == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        GenerationSubmitter.Taken taken = orders.submit(order, idempotencyKey, UnaryOperator.identity());
        Response.ResponseBuilder answer = Response.accepted(GenerationView.of(find(taken.id())))
                .location(URI.create(GenerationView.path(taken.id())));
        return taken.again() ? answer.header(REPLAYED, true).build() : answer.build();
    }

    @RolesAllowed({Roles.GENERATE, Roles.OPERATE})
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listGenerations",
            summary = "Generations, the newest first",
            description = "Of those that the gateway remembers. A page ends with where the next one begins.")
    public GenerationListView list(
            @QueryParam("status")
                    @Parameter(
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {
                                                "queued",
                                                "running",
                                                "succeeded",
                                                "failed",
                                                "cancelled",
                                                "expired"
                                            }))
                    @Nullable
                    String status,
            @QueryParam("adapter") @Parameter(description = "NAME or NAME@VERSION that drew them") @Nullable
                    String adapter,
            @QueryParam("priority")
                    @Parameter(
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {"interactive", "batch"}))
                    @Nullable
                    String priority,
            @QueryParam("limit")
                    @Parameter(
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "200",
                                            defaultValue = "20"))
                    @Nullable
                    String limit,
            @QueryParam("after") @Parameter(description = "What the page before says as next") @Nullable String after) {
        FieldChecks checks = new FieldChecks();
        GenerationListQuery query = GenerationListQuery.of(status, adapter, priority, limit, after, checks);
        ProblemException.throwIfAny(checks.badFields());
        return GenerationListView.of(
                table.list(each -> query.wants(each) && caller.maySee(each), query.after(), query.limit() + 1),
                query.limit());
    }

    @RolesAllowed({Roles.GENERATE, Roles.OPERATE})
    @GET
    @Path("/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "getGeneration", summary = "Where a generation stands")
    public GenerationView get(String id) {
        return GenerationView.of(find(id));
    }

    @RolesAllowed({Roles.GENERATE, Roles.OPERATE})
    @GET
    @Blocking // until it is known who asks
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "followGeneration",
            summary = "Follow a generation: queued, started, step and finished events; ends when it is finished")
    @APIResponse(
            responseCode = "200",
            description = "What it is now, then what it becomes, as server-sent events",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS, example = ApiExamples.EVENTS))
    public Multi<OutboundSseEvent> events(String id, @Context Sse sse) {
        String owner = caller.owner();
        events.requireRoom(owner); // as long as it can be answered with a problem
        return events.of(find(id).id(), owner, sse);
    }

    @RolesAllowed({Roles.GENERATE, Roles.OPERATE})
    @DELETE
    @Path("/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "cancelGeneration", summary = "Cancel a generation; it is over when its status says so")
    @ResponseStatus(202)
    @APIResponseSchema(value = GenerationView.class, responseCode = "202")
    public GenerationView cancel(String id) {
        Cancellation cancellation = generations.cancel(find(id).id());
        if (cancellation instanceof Cancellation.Requested requested) {
            return GenerationView.of(requested.generation());
        }
        if (cancellation instanceof Cancellation.AlreadyFinished finished) {
            throw new ProblemException(
                    ProblemType.ALREADY_FINISHED,
                    "expected an unfinished generation, found one that "
                            + GenerationView.of(finished.generation()).status());
        }
        throw unknown(id);
    }

    private Generation find(String id) {
        return caller.find(id).orElseThrow(() -> unknown(id));
    }

    static ProblemException unknown(String id) {
        return new ProblemException(ProblemType.NOT_FOUND, "there is no generation " + id);
    }
}
