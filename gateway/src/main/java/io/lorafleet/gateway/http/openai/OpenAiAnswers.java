// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.GenerationStream;
import io.lorafleet.gateway.http.GenerationSubmitter;
import io.lorafleet.gateway.http.GenerationView;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.messages.Json;
import io.lorafleet.registry.AdapterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestMulti;
import org.jspecify.annotations.Nullable;

/** Submits OpenAI's requests, and responds when the images are ready. */
@Singleton
final class OpenAiAnswers {
    private static final Logger LOG = Logger.getLogger(OpenAiAnswers.class);

    private final GenerationSubmitter submitter;
    private final Generations generations;
    private final GenerationStream streams;
    private final OpenAiResults images;
    private final ModelDirectory models;
    private final AdapterRegistry adapters;
    private final Caller caller;
    private final Clock clock;
    private final Duration timeout;

    OpenAiAnswers(
            GenerationSubmitter submitter,
            Generations generations,
            GenerationStream streams,
            OpenAiResults images,
            ModelDirectory models,
            AdapterRegistry adapters,
            Caller caller,
            Clock clock,
            GatewayConfig config) {
        this.submitter = submitter;
        this.generations = generations;
        this.streams = streams;
        this.images = images;
        this.models = models;
        this.adapters = adapters;
        this.caller = caller;
        this.clock = clock;
        this.timeout = config.openai().timeout();
    }

    /**
     * @param request fields of the request
     * @param edit image to edit; null to generate from the prompt alone
     * @param idempotencyKey value of the request's header; null if absent
     * @param base base URL of the gateway
     */
    RestMulti<byte[]> answer(
            OpenAiRequest request, @Nullable OpenAiEdit edit, @Nullable String idempotencyKey, URI base) {
        OpenAiDelivery delivery = request.delivery();
        String owner = caller.owner();
        streams.requireRoom(owner); // before the request is submitted
        String id = submitter
                .submit(
                        request.toGenerationRequest(base(request.model()), adapter(request.model()), edit),
                        idempotencyKey,
                        OpenAiRequest::nameOf)
                .id();
        Multi<byte[]> answer = delivery.stream()
                ? events(id, owner, delivery, edit != null).map(text -> text.getBytes(StandardCharsets.UTF_8))
                : finished(id, owner)
                        .map(generation -> Json.write(images.of(generation, delivery, base)))
                        .toMulti();
        boolean canRetry = idempotencyKey != null;
        return RestMulti.fromMultiData(
                        canRetry ? answer : answer.onCancellation().invoke(() -> abandon(id)))
                .encodeAsJsonArray(false)
                .header(
                        HttpHeaders.CONTENT_TYPE,
                        delivery.stream() ? MediaType.SERVER_SENT_EVENTS : MediaType.APPLICATION_JSON)
                .build();
    }

    /** Cancels a generation after its client has disconnected, because the client can no longer retrieve the images. */
    private void abandon(String id) {
        Infrastructure.getDefaultExecutor().execute(() -> {
            try {
                generations.cancel(id);
            } catch (NotPublishedException e) {
                LOG.warnf("Cannot cancel generation %s after its client has disconnected: %s", id, e.getMessage());
            }
        });
    }

    /**
     * @return the name of the base if the model is one; null for an adapter, for the alias of the default base, or if
     *     absent
     */
    private @Nullable String base(@Nullable String model) {
        return model == null || models.base(model).isEmpty() ? null : model;
    }

    /** @return the name of the adapter if the model is one; null for a base, or if absent */
    private @Nullable String adapter(@Nullable String model) {
        if (model == null || adapters.isUsable(model)) {
            return model;
        }
        if (!models.isBase(model)) {
            throw new ProblemException(
                    ProblemType.MODEL_NOT_FOUND, "model: expected a base model or an adapter, found neither");
        }
        return null;
    }

    private Multi<String> events(String id, @Nullable String owner, OpenAiDelivery delivery, boolean edits) {
        OpenAiStream stream = new OpenAiStream(delivery, images, clock, edits);
        return streams.of(id, owner)
                .select()
                .first(timeout)
                .map(stream::event)
                .filter(text -> !text.isEmpty())
                .onCompletion()
                .continueWith(() -> stream.end(late(id)));
    }

    private Uni<Generation> finished(String id, @Nullable String owner) {
        return streams.of(id, owner)
                .filter(state -> state.filter(Generation::isFinished).isPresent())
                .toUni()
                .map(Optional::get)
                .ifNoItem()
                .after(timeout)
                .failWith(() -> late(id));
    }

    private ProblemException late(String id) {
        return new ProblemException(
                ProblemType.TIMEOUT,
                "the images were not finished within " + timeout + "; they may still appear at "
                        + GenerationView.path(id));
    }
}
