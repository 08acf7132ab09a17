// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.vllm;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.gateway.adapter.Adapter;
import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.adapter.Retirements;
import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.http.problem.OpenAiPaths;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Roles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Retires an adapter, for clients of vLLM's API. */
@RolesAllowed(Roles.MANAGE_ADAPTERS)
@Path(UnloadLoraResource.PATH)
@Tag(ref = ApiDescription.VLLM)
public final class UnloadLoraResource {
    static final String PATH = OpenAiPaths.UNLOAD_LORA;

    private final AdapterRegistry registry;
    private final Retirements retirements;

    UnloadLoraResource(AdapterRegistry registry, Retirements retirements) {
        this.registry = registry;
        this.retirements = retirements;
    }

    /** vLLM's request to unload an adapter. Other fields are ignored. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record UnloadLoraRequest(
            @JsonProperty("lora_name") @Nullable String name) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.TEXT_PLAIN)
    @Operation(operationId = "unloadLoraAdapter", summary = "Retire all versions of an adapter (vLLM's API)")
    public String unload(@Nullable UnloadLoraRequest request) {
        if (request == null || request.name() == null || request.name().isEmpty()) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, "'lora_name' needs to be provided to unload a LoRA adapter.");
        }
        String name = request.name();
        if (registry.find(name).flatMap(Adapter::newest).isEmpty()) {
            throw new ProblemException(ProblemType.NOT_FOUND, "The lora adapter '" + name + "' cannot be found.");
        }
        retirements.retireAll(name);
        return "Success: LoRA adapter '" + name + "' removed successfully.";
    }
}
