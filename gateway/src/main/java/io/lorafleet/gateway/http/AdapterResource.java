package io.lorafleet.gateway.http;

import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.adapter.AdapterUploads;
import io.lorafleet.gateway.adapter.Upload;
import io.lorafleet.messages.AdapterVersion;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Lists adapters and takes new versions in. */
@Path(AdapterResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
public final class AdapterResource {
    static final String PATH = "/v1/adapters";

    private final AdapterRegistry registry;
    private final AdapterUploads uploads;

    AdapterResource(AdapterRegistry registry, AdapterUploads uploads) {
        this.registry = registry;
        this.uploads = uploads;
    }

    @GET
    @Operation(summary = "Every version of every adapter")
    public List<AdapterVersion> list() {
        return registry.all();
    }

    @GET
    @Path("/{name}")
    @Operation(summary = "The versions of an adapter, from the first on")
    public List<AdapterVersion> versions(String name) {
        List<AdapterVersion> versions = registry.versions(name);
        if (versions.isEmpty()) {
            throw new ProblemException(ProblemType.NOT_FOUND, "there is no adapter " + name);
        }
        return versions;
    }

    @PUT
    @Path("/{name}")
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(summary = "Make a safetensors file the newest version of an adapter")
    public Response upload(
            String name,
            @QueryParam("kind") @DefaultValue("style") String kind,
            @QueryParam("guidance") String guidance,
            InputStream safetensors)
            throws IOException {
        Upload upload = uploads.upload(name, kind(kind), guidance(guidance), safetensors);
        if (upload instanceof Upload.Published published) {
            return Response.created(URI.create(PATH + "/" + name))
                    .entity(published.version())
                    .build();
        }
        if (upload instanceof Upload.Unchanged unchanged) {
            return Response.ok(unchanged.version()).build();
        }
        if (upload instanceof Upload.TooLarge tooLarge) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE, "expected at most " + tooLarge.maxBytes() + " bytes, found more");
        }
        throw new ProblemException(ProblemType.INVALID_ADAPTER, ((Upload.Refused) upload).reason());
    }

    // As texts, because JAX-RS answers 404 for a query parameter that it cannot convert.
    private static AdapterVersion.Kind kind(String text) {
        return switch (text) {
            case "student" -> AdapterVersion.Kind.STUDENT;
            case "style" -> AdapterVersion.Kind.STYLE;
            default -> throw new ProblemException(Problem.invalid("kind", "student or style", "another kind"));
        };
    }

    private static Double guidance(String text) {
        try {
            return text == null ? null : Double.valueOf(text);
        } catch (NumberFormatException e) {
            throw new ProblemException(Problem.invalid("guidance", "a number", "something else"));
        }
    }
}
