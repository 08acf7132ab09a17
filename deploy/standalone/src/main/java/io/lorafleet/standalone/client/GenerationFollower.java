// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.ServerSentEvents.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

/** Waits for a generation's end and shows its progress, over as many connections as that takes. */
public final class GenerationFollower {
    private static final Duration PAUSE = Duration.ofMillis(500);
    /** A minute of them: a gateway that was restarted is back well before. */
    private static final int MAX_UNANSWERED = 120;

    /** Receives the progress of a generation. */
    public interface Progress {
        /** Ignores the progress. */
        Progress NONE = new Progress() {
            @Override
            public void startedOn(String workerId) {}

            @Override
            public void step(int step, int steps) {}
        };

        /** A worker has started, or another worker has started again. */
        void startedOn(String workerId);

        /** @param step steps done, of all images together */
        void step(int step, int steps);
    }

    private final GatewayClient gateway;
    private final Progress progress;

    public GenerationFollower(GatewayClient gateway, Progress progress) {
        this.gateway = gateway;
        this.progress = progress;
    }

    /**
     * Returns when the generation has ended, however it did.
     *
     * @throws FleetException if the gateway stays away
     */
    public Response<GenerationStatus> follow(String id) throws InterruptedException {
        int unanswered = 0;
        while (true) {
            showEvents(id);
            // The stream is over: because the generation is, or because the connection broke.
            try {
                Response<GenerationStatus> response = gateway.generation(id);
                if (response.value().isFinished()) {
                    return response;
                }
                unanswered = 0;
            } catch (FleetException e) {
                unanswered++;
                if (unanswered > MAX_UNANSWERED) {
                    throw e;
                }
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private void showEvents(String id) throws InterruptedException {
        ServerSentEvents events = new ServerSentEvents();
        try (Stream<String> lines = gateway.eventLines(id)) {
            boolean finished = false;
            for (Iterator<String> line = lines.iterator(); !finished && line.hasNext(); ) {
                Optional<Event> event = events.line(line.next());
                event.ifPresent(this::show);
                finished = event.filter(e -> e.name().equals("finished")).isPresent();
            }
        } catch (IOException | UncheckedIOException broken) {
            // What was missed does not matter: the generation itself says how it stands.
        }
    }

    private void show(Event event) {
        byte[] data = event.data().getBytes(StandardCharsets.UTF_8);
        switch (event.name()) {
            case "started" -> progress.startedOn(Json.read(data, Started.class).workerId());
            case "step" -> {
                Step done = Json.read(data, Step.class);
                progress.step(done.step(), done.steps());
            }
            default -> {} // says nothing of the progress
        }
    }

    private record Started(String workerId) {}

    private record Step(int step, int steps) {}
}
