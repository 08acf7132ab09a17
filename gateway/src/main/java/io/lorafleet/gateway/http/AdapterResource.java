// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.adapter.AdapterUploads;
import io.lorafleet.gateway.adapter.AdapterUploads.Description;
import io.lorafleet.gateway.adapter.Retirement;
import io.lorafleet.gateway.adapter.Retirements;
import io.lorafleet.gateway.adapter.Upload;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Lists adapters, and uploads and retires versions. */
@RolesAllowed(Roles.MANAGE_ADAPTERS)
@Path(AdapterResource.PATH)
@Tag(ref = ApiDescription.ADAPTERS)
@Produces(MediaType.APPLICATION_JSON)
public final class AdapterResource {
    static final String PATH = "/v1/adapters";

    private static final String ZIP = "application/zip";

    private final AdapterRegistry registry;
    private final AdapterUploads uploads;
    private final Retirements retirements;
    private final Caller caller;

    AdapterResource(AdapterRegistry registry, AdapterUploads uploads, Retirements retirements, Caller caller) {
        this.registry = registry;
        this.uploads = uploads;
        this.retirements = retirements;
        this.caller = caller;
    }

    @RolesAllowed({Roles.GENERATE, Roles.MANAGE_ADAPTERS, Roles.OPERATE})
    @GET
    @Operation(operationId = "listAdapters", summary = "List all adapters with their routes and versions")
    public List<Adapter> list() {
        return registry.all();
    }

    @RolesAllowed({Roles.GENERATE, Roles.MANAGE_ADAPTERS, Roles.OPERATE})
    @GET
    @Path("/{name}")
    @Operation(
            operationId = "getAdapter",
            summary = "Get an adapter with its route and its versions in ascending order")
    public Adapter get(String name) {
        return registry.find(name).orElseThrow(() -> unknown(name));
    }

    @PUT
    @Path("/{name}")
    @Consumes({MediaType.APPLICATION_OCTET_STREAM, ZIP})
    @Operation(
            operationId = "uploadAdapter",
            summary = "Upload a safetensors file, or a zip file of a PEFT folder, as the newest version of an adapter")
    @APIResponse(
            responseCode = "201",
            description = "The new version",
            content = @Content(schema = @Schema(implementation = AdapterVersion.class)))
    @APIResponse(
            responseCode = "200",
            description = "No change: the newest version already has the same file and properties",
            content = @Content(schema = @Schema(implementation = AdapterVersion.class)))
    public Response upload(
            String name,
            @QueryParam("kind")
                    @DefaultValue("style")
                    @Parameter(
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {"style", "student"}))
                    String kind,
            @QueryParam("guidance")
                    @Parameter(
                            description = "Guidance scale at which the student was distilled; required for a student",
                            schema = @Schema(type = SchemaType.NUMBER))
                    @Nullable
                    String guidance,
            @QueryParam("model")
                    @Parameter(
                            description = "Name of the base model for which the adapter was made. Default: the fleet's"
                                    + " default base model")
                    @Nullable
                    String model,
            @QueryParam("textEncoder")
                    @DefaultValue("apply")
                    @Parameter(
                            description = "What to do with the file's tensors for the text encoders: apply them when"
                                    + " prompts are encoded, or ignore them and use the rest. A version whose file has"
                                    + " such tensors has textEncoder: applied or ignored",
                            schema =
                                    @Schema(
                                            type = SchemaType.STRING,
                                            enumeration = {"apply", "ignore"}))
                    String textEncoder,
            @QueryParam("triggerWord")
                    @Parameter(
                            description =
                                    "For an embedding: the word in a prompt that its vectors replace. Default: the"
                                            + " word in the file or, if the file has none, the adapter's name")
                    @Nullable
                    String triggerWord,
            @BeanParam SamplingDefaultsQuery sampling,
            @Context HttpHeaders headers,
            InputStream file)
            throws IOException {
        Description adapter = new Description(
                name,
                AdapterKinds.of(kind),
                guidance(guidance),
                model,
                AdapterKinds.textEncoder(textEncoder),
                sampling.defaults(),
                triggerWord);
        String length = headers.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        long declaredBytes = length == null ? -1 : Long.parseLong(length); // the server rejects invalid values
        Upload upload = isZip(headers)
                ? uploads.uploadPeft(adapter, caller.owner(), file)
                : uploads.upload(adapter, caller.owner(), declaredBytes, file);
        return upload.match(
                published -> Response.created(URI.create(PATH + "/" + name))
                        .entity(published.version())
                        .build(),
                unchanged -> Response.ok(unchanged.version()).build(),
                tooLarge -> {
                    throw new ProblemException(
                            ProblemType.TOO_LARGE,
                            "body: expected at most " + tooLarge.maxBytes() + " bytes, found more");
                },
                refused -> {
                    throw new ProblemException(ProblemType.INVALID_ADAPTER, refused.reason());
                });
    }

    private static boolean isZip(HttpHeaders headers) {
        MediaType type = headers.getMediaType();
        return type != null && ZIP.equals(type.getType() + "/" + type.getSubtype());
    }

    @DELETE
    @Path("/{name}/versions/{version}")
    @Operation(operationId = "retireVersion", summary = "Retire a version, so that new requests cannot use it")
    public Adapter retire(String name, int version) {
        return adapter(retirements.retire(name, version), name + "@" + version);
    }

    @DELETE
    @Path("/{name}")
    @Operation(operationId = "retireAdapter", summary = "Retire all versions of an adapter and remove its route")
    public Adapter retireAll(String name) {
        return adapter(retirements.retireAll(name), name);
    }

    private static Adapter adapter(Retirement retirement, String reference) {
        return retirement.match(
                Retirement.Retired::adapter,
                routed -> {
                    throw new ProblemException(
                            ProblemType.ROUTED,
                            "the route of " + routed.route().name() + " uses " + reference + " as its " + routed.use()
                                    + " version; change the route first");
                },
                unknown -> {
                    throw unknown(reference);
                });
    }

    static ProblemException unknown(String reference) {
        return new ProblemException(ProblemType.NOT_FOUND, "there is no adapter " + reference);
    }

    // The parameter is a string, because JAX-RS responds with 404 if it cannot convert a query parameter.
    private static @Nullable Double guidance(@Nullable String text) {
        try {
            return text == null ? null : Double.valueOf(text);
        } catch (NumberFormatException e) {
            throw new ProblemException(Problem.invalid("guidance", "a number", "another value"));
        }
    }
}
