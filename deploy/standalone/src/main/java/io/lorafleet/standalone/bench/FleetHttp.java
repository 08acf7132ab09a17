// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Priority;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The gateway's API, without a thread that waits for an answer. */
public final class FleetHttp implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int THREADS = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "fleet-http");
        thread.setDaemon(true);
        return thread;
    });
    // Over HTTP/2 a gateway takes no more than 100 streams at once.
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private final URI url;

    public FleetHttp(URI url) {
        this.url = url;
    }

    /** What becomes of a request when it is sent. */
    sealed interface Submission {
        record Accepted(String id) implements Submission {}

        record Refused(int status, String reason) implements Submission {}
    }

    /** The body of {@code POST /v1/generations}; what is null is the gateway's to choose. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Order(
            String prompt,
            long seed,
            @Nullable String adapter,
            double guidanceScale,
            int steps,
            @Nullable String sampler,
            @Nullable Integer width,
            @Nullable Integer height,
            @Nullable String priority) {
        static Order of(TracedRequest request) {
            return new Order(
                    request.prompt(),
                    request.seed(),
                    request.adapter(),
                    request.guidance(),
                    request.steps(),
                    request.sampler() == null ? null : TraceFile.text(request.sampler()),
                    request.size() == null ? null : request.size().width(),
                    request.size() == null ? null : request.size().height(),
                    request.priority() == Priority.INTERACTIVE ? null : TraceFile.text(request.priority()));
        }
    }

    CompletableFuture<Submission> submit(TracedRequest request) {
        HttpRequest post = request("/v1/generations")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.write(Order.of(request))))
                .build();
        return http.sendAsync(post, BodyHandlers.ofByteArray())
                .thenApply(response -> response.statusCode() == 202
                        ? new Submission.Accepted(Json.read(response.body(), GenerationState.class)
                                .id())
                        : new Submission.Refused(response.statusCode(), problem(response)));
    }

    /** @return fails with a {@link BenchException} if the gateway does not know it */
    CompletableFuture<GenerationState> state(String id) {
        return get("/v1/generations/" + id).thenApply(body -> Json.read(body, GenerationState.class));
    }

    CompletableFuture<byte[]> image(GenerationState.Image image) {
        return get(image.url());
    }

    private CompletableFuture<byte[]> get(String path) {
        return http.sendAsync(request(path).build(), BodyHandlers.ofByteArray()).thenApply(response -> {
            if (response.statusCode() != 200) {
                throw new BenchException(path + ": " + problem(response));
            }
            return response.body();
        });
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(url.resolve(path)).timeout(TIMEOUT);
    }

    private static String problem(HttpResponse<byte[]> response) {
        String status = "HTTP " + response.statusCode();
        try {
            JsonNode problem = Json.read(response.body(), JsonNode.class);
            String detail = problem.path("detail").asText("");
            return status + " " + problem.path("title").asText("") + (detail.isEmpty() ? "" : ": " + detail);
        } catch (InvalidMessageException notAProblem) {
            return status;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
