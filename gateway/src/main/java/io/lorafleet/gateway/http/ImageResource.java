// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Serves the images of finished generations. */
@RolesAllowed({Roles.GENERATE, Roles.OPERATE})
@Path(GenerationResource.PATH + "/{id}/images/{index}")
@Tag(ref = ApiDescription.GENERATIONS)
public final class ImageResource {
    /** Images are immutable, and private to the owner of their generation. */
    private static final String CACHE = "private, immutable, max-age=31536000";

    private final Caller caller;
    private final StoredImages images;

    ImageResource(Caller caller, StoredImages images) {
        this.caller = caller;
        this.images = images;
    }

    /** @return the query string of an image URL, for formats other than PNG */
    public static String query(ImageFormat format, int quality) {
        return "?format=" + format.lowerCase() + "&quality=" + quality;
    }

    @GET
    @Produces({"image/png", "image/jpeg", "image/webp"})
    @Operation(operationId = "getImage", summary = "Download an image of a successful generation")
    @APIResponse(
            responseCode = "200",
            description = "The image. The text chunks of a PNG file contain the generation parameters.",
            content = {
                @Content(mediaType = "image/png", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "image/jpeg", schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "image/webp", schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    public Response get(
            String id,
            int index,
            @QueryParam("format")
                    @Parameter(
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {"png", "jpeg", "webp"},
                                            defaultValue = "png"))
                    String format,
            @QueryParam("quality")
                    @Parameter(
                            description = "Quality of JPEG and WebP files",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "0",
                                            maximum = "100",
                                            defaultValue = "100"))
                    String quality,
            @Context Request request)
            throws IOException {
        FieldChecks checks = new FieldChecks();
        ImageFormat wanted = checks.oneOf("format", ImageFormat.values(), format, ImageFormat.PNG);
        int best = ImageFormat.LEAST_COMPRESSED;
        int percent = checks.whole("quality", 0, best, quality, best);
        ProblemException.throwIfAny(checks.badFields());
        GeneratedImage image = find(id, index).orElseThrow(() -> missing(id, index));
        EntityTag tag = new EntityTag(
                wanted == ImageFormat.PNG ? image.sha256() : image.sha256() + "-" + wanted.lowerCase() + percent);
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        if (unchanged != null) {
            return unchanged.build();
        }
        byte[] png = images.png(image).orElseThrow(() -> missing(id, index));
        return Response.ok(wanted.convert(png, percent), wanted.mediaType())
                .tag(tag)
                .header(HttpHeaders.CACHE_CONTROL, CACHE)
                .header(HttpHeaders.VARY, HttpHeaders.AUTHORIZATION) // keeps callers' cache entries apart
                .build();
    }

    private Optional<GeneratedImage> find(String id, int index) {
        Generation generation = caller.find(id).orElseThrow(() -> GenerationResource.unknown(id));
        return generation.finished() instanceof GenerationSucceeded succeeded
                ? succeeded.images().stream()
                        .filter(image -> image.index() == index)
                        .findFirst()
                : Optional.empty();
    }

    private static ProblemException missing(String id, int index) {
        return new ProblemException(ProblemType.NOT_FOUND, "generation " + id + " has no image " + index);
    }
}
