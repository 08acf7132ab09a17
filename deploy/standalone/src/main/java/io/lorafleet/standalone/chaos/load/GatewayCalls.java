// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.history.ClientEvent.Observed;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls one gateway, and reports each response status unchanged. */
public final class GatewayCalls {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final List<String> RUNNING = List.of("queued", "running");
    /** The fields that have their final values only when a generation has ended. */
    private static final List<String> END =
            List.of("status", "images", "failure", "finishedAt", "elapsed", "unetEvaluations");

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(3))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final String name;
    private final URI url;

    public GatewayCalls(String name, URI url) {
        this.name = name;
        this.url = url;
    }

    /** @param status status of the response; 0 if there was none */
    public record Answer(int status, byte[] body) {
        /** @return the JSON in the body */
        public JsonNode json() {
            return Json.read(body, JsonNode.class);
        }
    }

    public String name() {
        return name;
    }

    public boolean isReady() throws InterruptedException {
        return get("/q/health/ready").status() == 200;
    }

    public Answer submit(String key, byte[] body) throws InterruptedException {
        return send(request("/v1/generations")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofByteArray(body)));
    }

    public Answer cancel(String id) throws InterruptedException {
        return send(request("/v1/generations/" + id).DELETE());
    }

    public Answer put(String path, byte[] body) throws InterruptedException {
        return send(
                request(path).header("Content-Type", "application/octet-stream").PUT(BodyPublishers.ofByteArray(body)));
    }

    public Answer post(String path, Object body) throws InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.write(body))));
    }

    public Answer get(String path) throws InterruptedException {
        return send(request(path).GET());
    }

    /** @return what the gateway reports about a generation; null if there is no usable response */
    @Nullable
    public Observed observe(String id, Recorder recorder) throws InterruptedException {
        Answer answer = get("/v1/generations/" + id);
        if (answer.status() == 404) {
            return new Observed(recorder.now(), name, id, Observed.NOT_FOUND, null);
        }
        if (answer.status() != 200) {
            return null;
        }
        try {
            JsonNode shown = answer.json();
            String status = shown.path("status").asText();
            return new Observed(recorder.now(), name, id, status, RUNNING.contains(status) ? null : content(shown));
        } catch (InvalidMessageException brokenOff) {
            return null;
        }
    }

    private static String content(JsonNode shown) {
        List<JsonNode> parts = new ArrayList<>();
        END.forEach(field -> parts.add(shown.path(field)));
        return Sha256.of(Json.write(parts));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(url.resolve(path)).timeout(TIMEOUT);
    }

    private Answer send(HttpRequest.Builder request) throws InterruptedException {
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Answer(0, new byte[0]);
        }
    }
}
