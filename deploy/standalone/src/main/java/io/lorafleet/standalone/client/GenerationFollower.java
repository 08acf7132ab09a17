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

/** Waits until a generation has finished and reports its progress. Reconnects if the connection is lost. */
public final class GenerationFollower {
    private static final Duration PAUSE = Duration.ofMillis(500);
    /** Enough attempts for about one minute, which is longer than a gateway takes to restart. */
    private static final int MAX_FAILURES = 120;

    /** Receives the progress of a generation. */
    public interface Progress {
        /** Ignores the progress. */
        Progress NONE = new Progress() {
            @Override
            public void startedOn(String workerId) {}

            @Override
            public void step(int step, int steps) {}
        };

        /** Called when a worker starts the generation, or when another worker restarts it. */
        void startedOn(String workerId);

        /** @param step number of completed steps, over all images */
        void step(int step, int steps);
    }

    private final GatewayClient gateway;
    private final Progress progress;

    public GenerationFollower(GatewayClient gateway, Progress progress) {
        this.gateway = gateway;
        this.progress = progress;
    }

    /**
     * Waits until the generation has finished, whatever its outcome.
     *
     * @throws FleetException if the gateway does not respond
     */
    public Response<GenerationStatus> follow(String id) throws InterruptedException {
        int failures = 0;
        while (true) {
            showEvents(id);
            // The stream ends when the generation has finished or the connection is lost.
            try {
                Response<GenerationStatus> response = gateway.generation(id);
                if (response.value().isFinished()) {
                    return response;
                }
                failures = 0;
            } catch (FleetException e) {
                failures++;
                if (failures > MAX_FAILURES) {
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
            // Missed events do not matter, because the caller requests the generation's status.
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
            default -> {} // does not report progress
        }
    }

    private record Started(String workerId) {}

    private record Step(int step, int steps) {}
}
