// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.vllm;

import io.lorafleet.gateway.adapter.AdapterFiles;
import io.lorafleet.gateway.adapter.AdapterFiles.Load;
import io.lorafleet.gateway.adapter.AdapterUploads.Description;
import io.lorafleet.gateway.adapter.Upload;
import io.lorafleet.gateway.http.AdapterKinds;
import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.http.problem.OpenAiPaths;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Loads an adapter from the gateway's disk, for clients of vLLM's API.
 *
 * @see <a href="https://docs.vllm.ai/en/latest/features/lora.html#dynamically-serving-lora-adapters">vLLM's
 *     documentation</a>
 */
@RolesAllowed(Roles.MANAGE_ADAPTERS)
@Path(LoadLoraResource.PATH)
@Tag(ref = ApiDescription.VLLM)
public final class LoadLoraResource {
    static final String PATH = OpenAiPaths.LOAD_LORA;

    private final AdapterRegistry registry;
    private final AdapterFiles files;
    private final Caller caller;

    LoadLoraResource(AdapterRegistry registry, AdapterFiles files, Caller caller) {
        this.registry = registry;
        this.files = files;
        this.caller = caller;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.TEXT_PLAIN)
    @Operation(operationId = "loadLoraAdapter", summary = "Load an adapter from the gateway's disk (vLLM's API)")
    public String load(@Nullable LoadLoraRequest request) throws IOException {
        if (request == null
                || request.name() == null
                || request.path() == null
                || request.name().isEmpty()
                || request.path().isEmpty()) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, "Both 'lora_name' and 'lora_path' must be provided.");
        }
        boolean isLoaded =
                registry.find(request.name()).flatMap(Adapter::newest).isPresent();
        if (isLoaded && !Boolean.TRUE.equals(request.inPlace())) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST,
                    "The lora adapter '" + request.name() + "' has already been loaded. If you want to load the"
                            + " adapter in place, set 'load_inplace' to True.");
        }
        Description adapter = new Description(
                request.name(),
                AdapterKinds.of(request.kindOrStyle()),
                request.guidance(),
                null,
                AdapterKinds.textEncoder(request.textEncoderOrApply()),
                null,
                null);
        AdapterVersion version = version(upload(files.load(adapter, caller.owner(), request.path())));
        return "Success: LoRA adapter '" + version.name() + "' added successfully.";
    }

    private static Upload upload(Load load) {
        return load.match(
                Load.Uploaded::upload,
                noFile -> {
                    throw new ProblemException(
                            ProblemType.NOT_FOUND,
                            "lora_path: expected a safetensors file, or a folder that contains one, found none");
                },
                refused -> {
                    throw new ProblemException(Problem.invalid("lora_path", refused.expected(), refused.found()));
                },
                notAllowed -> {
                    throw new ProblemException(
                            ProblemType.NO_ADAPTER_DIRECTORY,
                            "lorafleet.gateway.adapter-directory is not set; upload adapters with PUT"
                                    + " /v1/adapters/NAME instead");
                });
    }

    private static AdapterVersion version(Upload upload) {
        return upload.match(
                Upload.Published::version,
                Upload.Unchanged::version,
                tooLarge -> {
                    throw new ProblemException(Problem.invalid(
                            "lora_path", "a file of at most " + tooLarge.maxBytes() + " bytes", "a larger file"));
                },
                refused -> { // status 400 as in vLLM, not 422 as for uploads
                    throw new ProblemException(ProblemType.INVALID_REQUEST, refused.reason());
                });
    }
}
