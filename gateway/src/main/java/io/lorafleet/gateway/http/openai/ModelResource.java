// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.http.ApiDescription;
import io.lorafleet.gateway.http.GenerationSubmitter;
import io.lorafleet.gateway.http.problem.OpenAiPaths;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Lists the bases and the adapters as models, in the format of OpenAI's and vLLM's APIs. The default base comes first.
 */
@RolesAllowed(Roles.GENERATE)
@Path(ModelResource.PATH)
@Tag(ref = ApiDescription.OPENAI)
public final class ModelResource {
    static final String PATH = OpenAiPaths.MODELS;

    private final ModelDirectory models;
    private final AdapterRegistry adapters;
    private final Clock clock;

    ModelResource(ModelDirectory models, AdapterRegistry adapters, Clock clock) {
        this.models = models;
        this.adapters = adapters;
        this.clock = clock;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listModels",
            summary = "List the base models and the adapters in the format of OpenAI's API and vLLM")
    public OpenAiModels list() {
        return OpenAiModels.of(all());
    }

    @GET
    @Path("/{id}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "getModel",
            summary = "Get a base model or an adapter in the format of OpenAI's API and vLLM")
    public OpenAiModels.Model get(String id) {
        return all().stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemType.MODEL_NOT_FOUND,
                        "model: expected one of the models that " + PATH + " lists, found another name"));
    }

    private List<OpenAiModels.Model> all() {
        List<BaseModel> bases = models.bases();
        if (bases.isEmpty()) {
            throw GenerationSubmitter.noWorker();
        }
        Stream<OpenAiModels.Model> listed =
                bases.stream().map(base -> OpenAiModels.Model.base(base.name(), clock.instant()));
        Stream<OpenAiModels.Model> added = adapters.all().stream()
                .map(Adapter::current)
                .flatMap(Optional::stream)
                .map(version -> OpenAiModels.Model.adapter(version, base(version, bases)));
        return Stream.concat(listed, added).toList();
    }

    /**
     * @return the name of the version's base, or of the first base if the version's base is unknown or no pool has it
     */
    private String base(AdapterVersion version, List<BaseModel> bases) {
        return models.baseOf(version).orElse(bases.get(0)).name();
    }
}
