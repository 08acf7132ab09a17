package io.lorafleet.gateway.http;

import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationTable;
import io.lorafleet.messages.GenerationSucceeded;
import io.lorafleet.messages.GenerationSucceeded.GeneratedImage;
import io.lorafleet.storage.BlobStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Serves the pictures of finished generations. */
@Path(GenerationResource.PATH + "/{id}/images/{index}")
public final class ImageResource {
    /** A picture never changes, and belongs to who asked for it. */
    private static final String CACHE = "private, immutable, max-age=31536000";

    private final GenerationTable table;
    private final BlobStore blobs;

    ImageResource(GenerationTable table, BlobStore blobs) {
        this.table = table;
        this.blobs = blobs;
    }

    @GET
    @Produces("image/png")
    @Operation(summary = "One picture of a generation that succeeded")
    public Response get(String id, int index, @Context Request request) throws IOException {
        GeneratedImage image = find(id, index).orElseThrow(() -> missing(id, index));
        EntityTag tag = new EntityTag(image.sha256());
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        if (unchanged == null) {
            InputStream png = blobs.open(image.blob()).orElseThrow(() -> missing(id, index));
            return Response.ok(png)
                    .tag(tag)
                    .header(HttpHeaders.CACHE_CONTROL, CACHE)
                    .build();
        }
        return unchanged.build();
    }

    private Optional<GeneratedImage> find(String id, int index) {
        Generation generation = table.find(id).orElseThrow(() -> GenerationResource.unknown(id));
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
