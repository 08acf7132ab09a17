// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.http.MultipartForm;
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
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;
import org.jspecify.annotations.Nullable;

/**
 * Edits images synchronously, in the format of OpenAI's API.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/images/createEdit">OpenAI's reference</a>
 */
@Streaming
@RolesAllowed(Roles.GENERATE)
@Path(OpenAiPaths.EDITS)
@Tag(ref = ApiDescription.OPENAI)
public final class OpenAiEditResource {
    private final OpenAiAnswers answers;
    private final AlphaMasks masks;

    OpenAiEditResource(OpenAiAnswers answers, AlphaMasks masks) {
        this.answers = answers;
        this.masks = masks;
    }

    @POST
    @Blocking
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "editImages",
            summary = "Edit an image and wait until the result is ready (OpenAI's API)",
            description = "The fully transparent part of the mask is repainted. Without a mask, the fully transparent"
                    + " part of the image is repainted; if there is none, the generation starts from the whole image."
                    + " If `stream` is true, the response consists of server-sent events. The other fields are those of"
                    + " `POST /v1/images/generations`.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = OpenAiEditFields.class)))
    @APIResponse(
            responseCode = "200",
            description = "The images or their URLs. If stream is true, server-sent events",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = OpenAiImages.class)),
                @Content(mediaType = MediaType.SERVER_SENT_EVENTS)
            })
    public RestMulti<byte[]> edit(
            @HeaderParam(IdempotencyKey.HEADER) @Nullable String idempotencyKey,
            MultipartForm fields,
            @Context UriInfo uri) {
        OpenAiForm form = OpenAiForm.of(fields).requirePrompt();
        return answers.answer(
                form.request(),
                OpenAiEdit.of(form.image(), mask(form), form.strength()),
                idempotencyKey,
                uri.getBaseUri());
    }

    private byte @Nullable [] mask(OpenAiForm form) {
        if (form.mask() == null) {
            return masks.of("image", form.image()).orElse(null);
        }
        return masks.of("mask", form.mask())
                .orElseThrow(() -> new ProblemException(Problem.invalid(
                        "mask", "a PNG file with at least one fully transparent pixel, which is repainted", "none")));
    }
}
