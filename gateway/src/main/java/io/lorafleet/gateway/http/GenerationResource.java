// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.generation.state.Forecasts;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationTable;
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

/** Creates, lists, follows and cancels generations. */
@RolesAllowed(Roles.GENERATE)
@Path(GenerationResource.PATH)
@Tag(ref = ApiDescription.GENERATIONS)
public final class GenerationResource {
    static final String PATH = "/v1/generations";
    private static final String REPLAYED = "Idempotent-Replayed";

    private final GenerationSubmitter submitter;
    private final Generations generations;
    private final GenerationTable table;
    private final Forecasts forecasts;
    private final GenerationEvents events;
    private final Caller caller;

    GenerationResource(
            GenerationSubmitter submitter,
            Generations generations,
            GenerationTable table,
            Forecasts forecasts,
            GenerationEvents events,
            Caller caller) {
        this.submitter = submitter;
        this.generations = generations;
        this.table = table;
        this.forecasts = forecasts;
        this.events = events;
        this.caller = caller;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "createGeneration", summary = "Create a generation and wait until the request is durable")
    @APIResponse(
            responseCode = "202",
            description = "The request is durable in Kafka. The body is the new generation, and Location is its URL.",
            headers = {
                @Header(name = HttpHeaders.LOCATION, schema = @Schema(type = SchemaType.STRING)),
                @Header(
                        name = REPLAYED,
                        description = "true if the request is a retry of an earlier request",
                        schema = @Schema(type = SchemaType.BOOLEAN))
            },
            content = @Content(schema = @Schema(implementation = GenerationView.class)))
    public Response submit(
            @HeaderParam(IdempotencyKey.HEADER)
                    @Parameter(
                            description = "1 to 255 characters. A retry with the same key and body returns the"
                                    + " generation of the first request, with " + REPLAYED + ": true. A request"
                                    + " with the same key and a different body is refused.")
                    @Nullable
                    String idempotencyKey,
            @Nullable GenerationBody body) {
        if (body == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        GenerationSubmitter.Submitted submitted =
                submitter.submit(body.request(), idempotencyKey, UnaryOperator.identity());
        Response.ResponseBuilder answer =
                Response.accepted(view(find(submitted.id()))).location(URI.create(GenerationView.path(submitted.id())));
        return submitted.again() ? answer.header(REPLAYED, true).build() : answer.build();
    }

    @RolesAllowed({Roles.GENERATE, Roles.OPERATE})
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listGenerations",
            summary = "List generations, newest first",
            description = "Lists the generations that the gateway keeps in memory. To get the next page, set `after` to"
                    + " the value of `next`.")
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
            @QueryParam("adapter") @Parameter(description = "NAME or NAME@VERSION of an adapter") @Nullable
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
            @QueryParam("after") @Parameter(description = "The value of `next` from the previous page") @Nullable
                    String after) {
        FieldChecks checks = new FieldChecks();
        GenerationListQuery query = GenerationListQuery.of(status, adapter, priority, limit, after, checks);
        ProblemException.throwIfAny(checks.badFields());
        return GenerationListView.of(
                table.list(each -> query.wants(each) && caller.maySee(each), query.after(), query.limit() + 1),
                query.limit(),
                forecasts);
    }

    @RolesAllowed({Roles.GENERATE, Roles.OPERATE})
    @GET
    @Path("/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "getGeneration", summary = "Get the state of a generation")
    public GenerationView get(String id) {
        return view(find(id));
    }

    @RolesAllowed({Roles.GENERATE, Roles.OPERATE})
    @GET
    @Blocking // because authentication can block
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "followGeneration",
            summary = "Follow the progress of a generation through server-sent events")
    @APIResponse(
            responseCode = "200",
            description = "The current state, followed by every change, as the server-sent events `queued`,"
                    + " `started`, `step` and `finished`. The stream ends after the `finished` event.",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS, example = ApiExamples.EVENTS))
    public Multi<OutboundSseEvent> events(String id, @Context Sse sse) {
        String owner = caller.owner();
        events.requireRoom(owner); // before the stream starts, so that the response can be a problem
        return events.of(find(id).id(), owner, sse);
    }

    @RolesAllowed({Roles.GENERATE, Roles.OPERATE})
    @DELETE
    @Path("/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "cancelGeneration",
            summary = "Cancel a generation. Its status becomes cancelled, unless it ends first")
    @ResponseStatus(202)
    @APIResponseSchema(value = GenerationView.class, responseCode = "202")
    public GenerationView cancel(String id) {
        return generations
                .cancel(find(id).id())
                .match(
                        requested -> view(requested.generation()),
                        finished -> {
                            throw new ProblemException(
                                    ProblemType.ALREADY_FINISHED,
                                    "generation " + id + " is already finished, with status "
                                            + GenerationView.of(finished.generation())
                                                    .status());
                        },
                        unknown -> {
                            throw unknown(id);
                        });
    }

    private GenerationView view(Generation generation) {
        return GenerationView.of(generation, forecasts.of(generation));
    }

    private Generation find(String id) {
        return caller.find(id).orElseThrow(() -> unknown(id));
    }

    static ProblemException unknown(String id) {
        return new ProblemException(ProblemType.NOT_FOUND, "there is no generation " + id);
    }
}
