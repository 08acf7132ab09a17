package io.lorafleet.gateway.http;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationTable;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.GenerationCancelled;
import io.lorafleet.messages.GenerationExpired;
import io.lorafleet.messages.GenerationFailed;
import io.lorafleet.messages.GenerationSucceeded;
import io.lorafleet.messages.GenerationSucceeded.GeneratedImage;
import io.lorafleet.storage.BlobStore;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Draws pictures for clients of OpenAI's API, who wait for them. */
@Path(OpenAiResource.PATH)
public final class OpenAiResource {
    static final String PATH = "/v1/images/generations";

    private final Orders orders;
    private final GenerationTable table;
    private final ModelDirectory models;
    private final AdapterRegistry adapters;
    private final BlobStore blobs;
    private final Duration timeout;

    OpenAiResource(
            Orders orders,
            GenerationTable table,
            ModelDirectory models,
            AdapterRegistry adapters,
            BlobStore blobs,
            GatewayConfig config) {
        this.orders = orders;
        this.table = table;
        this.models = models;
        this.adapters = adapters;
        this.blobs = blobs;
        this.timeout = config.openai().timeout();
    }

    @POST
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Draw pictures as OpenAI's API does; answers when they are there")
    public Uni<OpenAiImages> generate(OpenAiRequest request, @Context UriInfo uri) {
        if (request == null) {
            throw new ProblemException(Problem.invalid("body", "a JSON object", "none"));
        }
        boolean base64 = request.wantsBase64();
        URI base = uri.getBaseUri(); // now, because the request's context is gone when the pictures come
        GenerateImage ordered = orders.submit(request.toOrder(adapter(request.model())), OpenAiRequest::nameOf);
        return finished(ordered.requestId())
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(generation -> images(ordered, generation, base64, base));
    }

    /** @return the adapter that a model's name stands for, or null for the base model */
    private String adapter(String model) {
        if (model == null || adapters.isUsable(model)) {
            return model;
        }
        boolean isBase = model.equals("base")
                || models.current().filter(base -> base.name().equals(model)).isPresent();
        if (!isBase) {
            throw new ProblemException(
                    ProblemType.MODEL_NOT_FOUND, "model: expected base or the name of an adapter, found neither");
        }
        return null;
    }

    private Uni<Generation> finished(String id) {
        return Uni.createFrom()
                .<Generation>emitter(answer -> answer.onTermination(table.follow(id, state -> {
                    if (state.isFinished()) {
                        answer.complete(state);
                    }
                })))
                .ifNoItem()
                .after(timeout)
                .failWith(() -> new ProblemException(
                        ProblemType.TIMEOUT,
                        "expected pictures within " + timeout + "; they may still come to " + GenerationView.path(id)));
    }

    private OpenAiImages images(GenerateImage request, Generation generation, boolean base64, URI base) {
        if (generation.finished() instanceof GenerationSucceeded succeeded) {
            return new OpenAiImages(
                    request.acceptedAt().getEpochSecond(),
                    succeeded.images().stream()
                            .map(image -> base64
                                    ? new OpenAiImages.Image(base64(image), null)
                                    : new OpenAiImages.Image(null, url(base, generation.id(), image)))
                            .toList());
        }
        if (generation.finished() instanceof GenerationCancelled) {
            throw new ProblemException(ProblemType.CANCELLED, "generation " + generation.id() + " was cancelled");
        }
        if (generation.finished() instanceof GenerationExpired) {
            throw new ProblemException(ProblemType.EXPIRED, "generation " + generation.id() + " came to its deadline");
        }
        throw new ProblemException(ProblemType.GENERATION_FAILED, ((GenerationFailed) generation.finished()).detail());
    }

    private static String url(URI base, String id, GeneratedImage image) {
        return base.resolve(GenerationView.path(id, image.index())).toString();
    }

    private String base64(GeneratedImage image) {
        try {
            return Base64.getEncoder()
                    .encodeToString(blobs.get(image.blob())
                            .orElseThrow(() -> new IOException("blob " + image.blob() + " is missing")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
