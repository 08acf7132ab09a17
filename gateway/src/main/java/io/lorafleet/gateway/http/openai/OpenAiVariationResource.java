// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.http.MultipartForm;
import io.lorafleet.gateway.http.guard.Streaming;
import io.lorafleet.gateway.http.problem.OpenAiPaths;
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
 * Generates variations of an image, in the format of OpenAI's API. The generation starts from the image, with an empty
 * prompt: unlike OpenAI's model, Stable Diffusion has no encoder that describes an image.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/images/createVariation">OpenAI's reference</a>
 */
@Streaming
@RolesAllowed(Roles.GENERATE)
@Path(OpenAiPaths.VARIATIONS)
@Tag(ref = ApiDescription.OPENAI)
public final class OpenAiVariationResource {
    /** Keeps the composition, and changes the details. */
    private static final double DEFAULT_STRENGTH = 0.6;

    private final OpenAiAnswers answers;

    OpenAiVariationResource(OpenAiAnswers answers) {
        this.answers = answers;
    }

    @POST
    @Blocking
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "varyImage",
            summary = "Generate variations of an image and wait until they are ready (OpenAI's API)",
            description = "The generation starts from the image, with an empty prompt. The other fields are those of"
                    + " `POST /v1/images/generations`.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.MULTIPART_FORM_DATA,
                            schema = @Schema(implementation = OpenAiVariationFields.class)))
    @APIResponse(
            responseCode = "200",
            description = "The images or their URLs",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OpenAiImages.class)))
    public RestMulti<byte[]> vary(
            @HeaderParam(IdempotencyKey.HEADER) @Nullable String idempotencyKey,
            MultipartForm fields,
            @Context UriInfo uri) {
        OpenAiForm form = OpenAiForm.of(fields);
        double strength = form.strength() == null ? DEFAULT_STRENGTH : form.strength();
        return answers.answer(
                form.request().withoutPrompt(),
                OpenAiEdit.of(form.image(), null, strength),
                idempotencyKey,
                uri.getBaseUri());
    }
}
