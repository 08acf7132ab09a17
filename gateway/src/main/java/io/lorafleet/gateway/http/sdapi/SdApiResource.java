// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.FinishedGenerations;
import io.lorafleet.gateway.http.GenerationStream;
import io.lorafleet.gateway.http.GenerationSubmitter;
import io.lorafleet.gateway.http.ImageRequestBody;
import io.lorafleet.gateway.http.guard.Streaming;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.registry.AdapterRegistry;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestMulti;
import org.jspecify.annotations.Nullable;

/** Generates images synchronously, in the format of the web UI's API. */
@Streaming
@RolesAllowed(Roles.GENERATE)
@Path(SdApiFilter.PATH)
public final class SdApiResource {
    /** The web UI's names for the fields of a generation request. */
    private static final Map<String, String> NAMES = Map.of(
            "negativePrompt", "negative_prompt",
            "initImage", "init_images",
            "strength", "denoising_strength",
            "strength * steps", "denoising_strength",
            "guidanceScale", "cfg_scale",
            "count", "batch_size * n_iter",
            "model", "override_settings.sd_model_checkpoint",
            "clipSkip", "override_settings.CLIP_stop_at_last_layers");

    private final GenerationSubmitter submitter;
    private final GenerationStream streams;
    private final FinishedGenerations finished;
    private final SdApiRequests requests;
    private final SdResults results;
    private final ModelDirectory models;
    private final AdapterRegistry adapters;
    private final Caller caller;

    SdApiResource(
            GenerationSubmitter submitter,
            GenerationStream streams,
            FinishedGenerations finished,
            SdApiRequests requests,
            SdResults results,
            ModelDirectory models,
            AdapterRegistry adapters,
            Caller caller) {
        this.submitter = submitter;
        this.streams = streams;
        this.finished = finished;
        this.requests = requests;
        this.results = results;
        this.models = models;
        this.adapters = adapters;
        this.caller = caller;
    }

    @POST
    @Path("/txt2img")
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public RestMulti<byte[]> textToImage(@Nullable ImageRequestBody body) {
        return answer(body, false);
    }

    @POST
    @Path("/img2img")
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public RestMulti<byte[]> imageToImage(@Nullable ImageRequestBody body) {
        return answer(body, true);
    }

    private RestMulti<byte[]> answer(@Nullable ImageRequestBody body, boolean withImage) {
        if (body == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        SdTask task = SdTask.of(body.fields(), withImage, models, adapters);
        String owner = caller.owner();
        streams.requireRoom(owner); // before the request is submitted
        String id =
                submitter.submit(task.request(), null, SdApiResource::nameOf).id();
        requests.add(id, owner);
        Multi<byte[]> answer = finished.of(id, owner)
                .map(generation -> Json.write(result(task, body.withoutFiles(), generation)))
                .onTermination()
                .invoke(() -> requests.remove(id))
                .toMulti();
        return RestMulti.fromMultiData(answer.onCancellation().invoke(() -> finished.abandon(id)))
                .encodeAsJsonArray(false)
                .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON)
                .build();
    }

    /** @return the web UI's name of a field; the prompt names the adapters */
    private static String nameOf(String field) {
        return field.startsWith("adapters") ? "prompt" : NAMES.getOrDefault(field, field);
    }

    private Map<String, Object> result(SdTask task, JsonNode parameters, Generation generation) {
        if (generation.finished() instanceof GenerationFailed failed) {
            throw new ProblemException(ProblemType.GENERATION_FAILED, failed.detail());
        }
        return results.of(
                task, parameters, generation, SdResults.images(Objects.requireNonNull(generation.finished())));
    }
}
