// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.GenerationSubmitter;
import io.lorafleet.gateway.http.ImageRequestBody;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.messages.generation.Preview;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterRegistry;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** What user interfaces ask for at their start and while they wait, in the format of the web UI's API. */
@Blocking
@RolesAllowed(Roles.GENERATE)
@Path(SdApiFilter.PATH)
@Produces(MediaType.APPLICATION_JSON)
public final class SdListResource {
    private static final String CHECKPOINT = "sd_model_checkpoint";

    private final ModelDirectory models;
    private final AdapterRegistry adapters;
    private final SdApiRequests requests;
    private final Caller caller;
    private final Clock clock;

    SdListResource(
            ModelDirectory models, AdapterRegistry adapters, SdApiRequests requests, Caller caller, Clock clock) {
        this.models = models;
        this.adapters = adapters;
        this.requests = requests;
        this.caller = caller;
        this.clock = clock;
    }

    /** Reports the caller's oldest unfinished generation. */
    @GET
    @Path("/progress")
    @Operation(hidden = true)
    public Map<String, Object> progress() {
        Optional<Generation> running = requests.first(caller.owner());
        int step = running.map(Generation::step).orElse(0);
        int steps = running.map(Generation::steps).orElse(0);
        double share = steps == 0 ? 0 : (double) step / steps;
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("skipped", false);
        state.put("interrupted", running.filter(Generation::cancelling).isPresent());
        state.put("job", running.map(Generation::id).orElse(""));
        state.put("job_count", running.isPresent() ? 1 : 0);
        state.put("job_timestamp", "0");
        state.put("job_no", 0);
        state.put("sampling_step", step);
        state.put("sampling_steps", steps);
        Map<String, Object> progress = new LinkedHashMap<>();
        progress.put("progress", share);
        progress.put(
                "eta_relative", running.map(each -> secondsLeft(each, share)).orElse(0.0));
        progress.put("state", state);
        progress.put("current_image", running.map(SdListResource::preview).orElse(null));
        progress.put("textinfo", null);
        return progress;
    }

    private double secondsLeft(Generation running, double share) {
        Instant start = running.startedAt();
        return start == null || share == 0
                ? 0
                : Duration.between(start, clock.instant()).toMillis() / 1000.0 * (1 - share) / share;
    }

    private static @Nullable String preview(Generation running) {
        Preview preview = running.progress() == null ? null : running.progress().preview();
        return preview == null ? null : preview.jpeg();
    }

    @POST
    @Path("/interrupt")
    @Operation(hidden = true)
    public Map<String, Object> interrupt() {
        requests.interrupt(caller.owner());
        return Map.of();
    }

    @GET
    @Path("/options")
    @Operation(hidden = true)
    public Map<String, Object> options() {
        BaseModel base = models.current().orElseThrow(GenerationSubmitter::noWorker);
        Map<String, Object> options = new LinkedHashMap<>();
        options.put(CHECKPOINT, SdModels.title(base));
        options.put("sd_checkpoint_hash", base.fingerprint());
        options.put("sd_vae", "Automatic");
        options.put("CLIP_stop_at_last_layers", 1);
        options.put("samples_format", "png");
        return options;
    }

    /** Accepts only the current options: a gateway keeps no state between requests, and serves several callers. */
    @POST
    @Path("/options")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Map<String, Object> setOptions(ImageRequestBody body) {
        Map<String, Object> current = options();
        FieldChecks checks = new FieldChecks();
        body.fields().properties().forEach(option -> {
            Object has = current.get(option.getKey());
            if (has != null && !isCurrent(option.getKey(), option.getValue(), has)) {
                checks.refuse(
                        option.getKey(),
                        has + ", because options cannot be changed; use override_settings in a request",
                        "another value");
            }
        });
        ProblemException.throwIfAny(checks.badFields());
        return Map.of();
    }

    private boolean isCurrent(String option, JsonNode value, Object current) {
        return option.equals(CHECKPOINT)
                ? models.current()
                        .filter(base -> base.name().equals(SdModels.nameOf(value.asText(), models)))
                        .isPresent()
                : value.asText().equals(current.toString());
    }

    @GET
    @Path("/sd-models")
    @Operation(hidden = true)
    public List<Map<String, Object>> checkpoints() {
        return models.bases().stream().map(SdModels::view).toList();
    }

    @GET
    @Path("/loras")
    @Operation(hidden = true)
    public List<Map<String, Object>> loras() {
        return adapters.all().stream()
                .filter(adapter -> adapter.current().isPresent() && !SdEmbeddings.isEmbedding(adapter))
                .map(Adapter::name)
                .map(name -> Map.<String, Object>of("name", name, "alias", name, "path", name, "metadata", Map.of()))
                .toList();
    }

    @GET
    @Path("/samplers")
    @Operation(hidden = true)
    public List<Map<String, Object>> samplers() {
        return SdSamplers.all();
    }

    @GET
    @Path("/schedulers")
    @Operation(hidden = true)
    public List<Map<String, Object>> schedulers() {
        return List.of(scheduler("automatic", "Automatic"), scheduler("karras", "Karras"));
    }

    private static Map<String, Object> scheduler(String name, String label) {
        return Map.of("name", name, "label", label, "default_rho", -1, "need_inner_model", false);
    }

    @GET
    @Path("/upscalers")
    @Operation(hidden = true)
    public List<Map<String, Object>> upscalers() {
        return List.of(Map.of("name", "None", "scale", 1));
    }

    /** What the fleet does not have. */
    @GET
    @Path(
            "/{list: sd-vae|hypernetworks|face-restorers|realesrgan-models|prompt-styles|latent-upscale-modes|script-info}")
    @Operation(hidden = true)
    public List<Map<String, Object>> none(@PathParam("list") String list) {
        return List.of();
    }

    @GET
    @Path("/embeddings")
    @Operation(hidden = true)
    public Map<String, Object> embeddings() {
        return SdEmbeddings.view(adapters);
    }

    @GET
    @Path("/scripts")
    @Operation(hidden = true)
    public Map<String, Object> scripts() {
        return Map.of("txt2img", List.of(), "img2img", List.of());
    }

    @GET
    @Path("/cmd-flags")
    @Operation(hidden = true)
    public Map<String, Object> flags() {
        return Map.of();
    }

    /** The lists are always current. */
    @POST
    @Path("/{list: refresh-checkpoints|refresh-loras|refresh-vae}")
    @Operation(hidden = true)
    public Map<String, Object> refresh(@PathParam("list") String list) {
        return Map.of();
    }
}
