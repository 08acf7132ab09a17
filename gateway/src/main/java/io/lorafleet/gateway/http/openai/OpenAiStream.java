// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.Preview;
import io.lorafleet.messages.generation.StepDone;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The stream of OpenAI's events for one client. Not thread-safe. */
final class OpenAiStream {
    private static final String KEEP_ALIVE = ": keep-alive\n\n";

    private final OpenAiDelivery delivery;
    private final OpenAiResults images;
    private final Clock clock;
    private final boolean edits;
    private int previews;
    private boolean ended;

    /** @param edits whether the request edits an image */
    OpenAiStream(OpenAiDelivery delivery, OpenAiResults images, Clock clock, boolean edits) {
        this.delivery = delivery;
        this.images = images;
        this.clock = clock;
        this.edits = edits;
    }

    /** @return the text of the server-sent event for this state; empty if there is no event */
    String event(Optional<Generation> state) {
        if (state.isEmpty()) {
            return KEEP_ALIVE;
        }
        if (!state.get().isFinished()) {
            return preview(state.get());
        }
        ended = true;
        try {
            return finished(state.get());
        } catch (ProblemException e) { // the HTTP status has already been sent
            return failed(e);
        }
    }

    /**
     * @param why problem to report if the stream has no final event yet
     * @return the remaining events
     */
    List<String> end(ProblemException why) {
        return ended ? List.of() : List.of(failed(why));
    }

    private String failed(ProblemException why) {
        return text(OpenAiEvent.Failed.of(why.problem()));
    }

    private String finished(Generation generation) {
        GenerationSucceeded succeeded = OpenAiResults.succeeded(generation);
        return text(OpenAiEvent.Image.completed(
                edits,
                images.base64(succeeded.images().get(0), delivery),
                succeeded.at().getEpochSecond(),
                size(generation),
                delivery.format()));
    }

    /** Spaces the previews evenly across the steps: the first of three previews is due after a quarter of the steps. */
    private String preview(Generation generation) {
        GenerateImage request = generation.request();
        StepDone progress = generation.progress();
        Preview preview = progress == null ? null : progress.preview();
        boolean due = previews < delivery.previews()
                && generation.step() * (delivery.previews() + 1) >= generation.steps() * (previews + 1);
        if (!due || preview == null || request == null) {
            return "";
        }
        byte[] image = delivery.format()
                .enlarge(
                        Base64.getDecoder().decode(preview.jpeg()),
                        request.width(),
                        request.height(),
                        delivery.quality());
        return text(OpenAiEvent.Image.partial(
                edits,
                Base64.getEncoder().encodeToString(image),
                clock.instant().getEpochSecond(),
                size(generation),
                delivery.format(),
                previews++));
    }

    private static String size(Generation generation) {
        GenerateImage request = generation.request();
        return request == null ? "auto" : request.width() + "x" + request.height();
    }

    private static String text(OpenAiEvent event) {
        return "event: " + event.type() + "\ndata: " + new String(Json.write(event), StandardCharsets.UTF_8) + "\n\n";
    }
}
