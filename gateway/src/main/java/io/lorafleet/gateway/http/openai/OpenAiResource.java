// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.http.guard.Streaming;
import io.lorafleet.gateway.http.problem.OpenAiPaths;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.security.Roles;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;
import org.jspecify.annotations.Nullable;

/** Generates images synchronously, in the format of OpenAI's API. */
@Streaming
@RolesAllowed(Roles.GENERATE)
@Path(OpenAiResource.PATH)
@Tag(ref = ApiDescription.OPENAI)
public final class OpenAiResource {
    static final String PATH = OpenAiPaths.IMAGES;

    private final OpenAiAnswers answers;

    OpenAiResource(OpenAiAnswers answers) {
        this.answers = answers;
    }

    @POST
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createImages",
            summary = "Generate images and wait until they are ready (OpenAI's API)",
            description = "If `stream` is true, the response consists of server-sent events: up to"
                    + " `partial_images` events of the type `image_generation.partial_image`, then"
                    + " `image_generation.completed` or `error`.")
    @APIResponse(
            responseCode = "200",
            description = "The images or their URLs. If stream is true, server-sent events",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = OpenAiImages.class)),
                @Content(mediaType = MediaType.SERVER_SENT_EVENTS)
            })
    public RestMulti<byte[]> generate(
            @HeaderParam(IdempotencyKey.HEADER) @Nullable String idempotencyKey,
            @Nullable OpenAiRequest request,
            @Context UriInfo uri) {
        if (request == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        return answers.answer(request, null, idempotencyKey, uri.getBaseUri());
    }
}
