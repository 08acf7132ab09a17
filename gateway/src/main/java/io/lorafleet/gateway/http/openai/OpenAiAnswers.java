// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.http.FinishedGenerations;
import io.lorafleet.gateway.http.GenerationStream;
import io.lorafleet.gateway.http.GenerationSubmitter;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.security.Caller;
import io.lorafleet.messages.Json;
import io.lorafleet.registry.AdapterRegistry;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.jboss.resteasy.reactive.RestMulti;
import org.jspecify.annotations.Nullable;

/** Submits OpenAI's requests, and responds when the images are ready. */
@Singleton
final class OpenAiAnswers {
    private final GenerationSubmitter submitter;
    private final GenerationStream streams;
    private final FinishedGenerations finished;
    private final OpenAiResults images;
    private final ModelDirectory models;
    private final AdapterRegistry adapters;
    private final Caller caller;
    private final Clock clock;

    OpenAiAnswers(
            GenerationSubmitter submitter,
            GenerationStream streams,
            FinishedGenerations finished,
            OpenAiResults images,
            ModelDirectory models,
            AdapterRegistry adapters,
            Caller caller,
            Clock clock) {
        this.submitter = submitter;
        this.streams = streams;
        this.finished = finished;
        this.images = images;
        this.models = models;
        this.adapters = adapters;
        this.caller = caller;
        this.clock = clock;
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
                : finished.of(id, owner)
                        .map(generation -> Json.write(images.of(generation, delivery, base)))
                        .toMulti();
        boolean canRetry = idempotencyKey != null;
        return RestMulti.fromMultiData(
                        canRetry ? answer : answer.onCancellation().invoke(() -> finished.abandon(id)))
                .encodeAsJsonArray(false)
                .header(
                        HttpHeaders.CONTENT_TYPE,
                        delivery.stream() ? MediaType.SERVER_SENT_EVENTS : MediaType.APPLICATION_JSON)
                .build();
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
                .first(finished.timeout())
                .map(stream::event)
                .filter(text -> !text.isEmpty())
                .onCompletion()
                .continueWith(() -> stream.end(finished.late(id)));
    }
}
