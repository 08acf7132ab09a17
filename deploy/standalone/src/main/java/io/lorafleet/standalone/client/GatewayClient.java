// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The gateway's API. What the gateway refuses becomes a {@link FleetException} with its words. */
public final class GatewayClient {
    /** Of the environment. */
    public static final String KEY = "LORAFLEET_API_KEY";

    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    /** Adapters can be some hundred megabytes, and the network slow. */
    private static final Duration UPLOAD_TIMEOUT = Duration.ofMinutes(30);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    /** Without a slash at its end; a path belongs to it, such as a proxy may have. */
    private final String url;
    /** An API key or a token; null for none. */
    private final @Nullable String key;

    /** With the key that the environment holds. */
    public GatewayClient(URI url) {
        this(url, System.getenv(KEY));
    }

    /** @throws FleetException if that is no address of a web server */
    public GatewayClient(URI url, @Nullable String key) {
        if (!List.of("http", "https").contains(String.valueOf(url.getScheme())) || url.getHost() == null) {
            throw new FleetException("--url: expected an address such as http://localhost:8080, found " + url);
        }
        this.url = url.toString().replaceAll("/+$", "");
        this.key = key;
    }

    /** @return whether a gateway is there, and has its broker */
    public boolean isReady() throws InterruptedException {
        try {
            return http.send(request("/q/health/ready").build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Asks for images.
     *
     * @param patience how long to ask again while no worker has said yet which model it holds
     */
    public GenerationStatus generate(NewGeneration generation, Duration patience) throws InterruptedException {
        HttpRequest post = request("/v1/generations")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.write(generation)))
                .build();
        Instant limit = Instant.now().plus(patience);
        HttpResponse<byte[]> response = send(post);
        while (response.statusCode() == 503 && Instant.now().isBefore(limit)) {
            Thread.sleep(retryAfter(response).toMillis());
            response = send(post);
        }
        return read(response, GenerationStatus.class).value();
    }

    public Response<GenerationStatus> generation(String id) throws InterruptedException {
        return read(send(request(path(id)).build()), GenerationStatus.class);
    }

    /** @return the lines of a generation's stream of events; the caller closes it */
    Stream<String> eventLines(String id) throws IOException, InterruptedException {
        HttpRequest get = request(path(id) + "/events")
                .header("Accept", "text/event-stream")
                .build();
        return http.send(get, BodyHandlers.ofLines()).body();
    }

    public byte[] image(GenerationStatus.Image image) throws InterruptedException {
        return bodyOf(send(request(image.url()).build()));
    }

    public void cancel(String id) throws InterruptedException {
        bodyOf(send(request(path(id)).DELETE().build()));
    }

    public Response<FeedbackReceipt> feedback(String generationId, NewFeedback feedback) throws InterruptedException {
        HttpRequest post = request(path(encoded(generationId)) + "/feedback")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.write(feedback)))
                .build();
        return read(send(post), FeedbackReceipt.class);
    }

    /** @param adapter name of a student; null for all of them */
    public Response<WithdrawalReceipt> withdrawFeedback(String owner, @Nullable String adapter)
            throws InterruptedException {
        String query = "?owner=" + encoded(owner) + (adapter == null ? "" : "&adapter=" + encoded(adapter));
        return read(send(request("/v1/feedback" + query).DELETE().build()), WithdrawalReceipt.class);
    }

    /** @param guidance for a student, the guidance scale that it was distilled at; null for a style */
    public Response<AdapterVersion> addAdapter(String name, Path file, @Nullable Double guidance)
            throws IOException, InterruptedException {
        String query = guidance == null ? "?kind=style" : "?kind=student&guidance=" + guidance;
        HttpRequest put = request(adapterPath(name) + query)
                .timeout(UPLOAD_TIMEOUT)
                .header("Content-Type", "application/octet-stream")
                .PUT(UploadBody.of(file))
                .build();
        return read(send(put), AdapterVersion.class);
    }

    public Response<List<AdapterInfo>> adapters() throws InterruptedException {
        return all(request("/v1/adapters"), AdapterInfo[].class);
    }

    public Response<AdapterInfo> adapter(String name) throws InterruptedException {
        return adapter(request(adapterPath(name)));
    }

    /** @return the version's safetensors file */
    public byte[] weights(AdapterVersion version) throws InterruptedException {
        return bodyOf(send(request(adapterPath(version.name()) + "/versions/" + version.version() + "/weights")
                .build()));
    }

    public Response<AdapterInfo> route(String name, NewRoute route) throws InterruptedException {
        return adapter(request(adapterPath(name) + "/route")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofByteArray(Json.write(route))));
    }

    public Response<AdapterInfo> removeRoute(String name) throws InterruptedException {
        return adapter(request(adapterPath(name) + "/route").DELETE());
    }

    public Response<AdapterInfo> rollBack(String name) throws InterruptedException {
        return adapter(request(adapterPath(name) + "/rollback").POST(BodyPublishers.noBody()));
    }

    /** @param reference {@code NAME} for the whole adapter, or {@code NAME@VERSION} */
    public Response<AdapterInfo> retire(String reference) throws InterruptedException {
        int at = reference.indexOf('@');
        String path = at < 0
                ? adapterPath(reference)
                : adapterPath(reference.substring(0, at)) + "/versions/" + encoded(reference.substring(at + 1));
        return adapter(request(path).DELETE());
    }

    public Response<List<WorkerInfo>> workers() throws InterruptedException {
        return all(request("/v1/workers"), WorkerInfo[].class);
    }

    private Response<AdapterInfo> adapter(HttpRequest.Builder request) throws InterruptedException {
        return read(send(request.build()), AdapterInfo.class);
    }

    private static String adapterPath(String name) {
        return "/v1/adapters/" + encoded(name);
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8);
    }

    private static String path(String id) {
        return "/v1/generations/" + id;
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT);
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new FleetException("no gateway answers at " + url + ": start a fleet with `deploy/fleet up`, or name"
                    + " its gateway with --url");
        }
    }

    private <T> Response<List<T>> all(HttpRequest.Builder request, Class<T[]> type) throws InterruptedException {
        Response<T[]> response = read(send(request.build()), type);
        return new Response<>(response.json(), List.of(response.value()));
    }

    private static <T> Response<T> read(HttpResponse<byte[]> response, Class<T> type) {
        byte[] body = bodyOf(response);
        return new Response<>(new String(body, StandardCharsets.UTF_8), Json.read(body, type));
    }

    private static byte[] bodyOf(HttpResponse<byte[]> response) {
        if (response.statusCode() >= 300) {
            throw new FleetException(ApiProblem.describe(response));
        }
        return response.body();
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        return Duration.ofSeconds(
                response.headers().firstValueAsLong("Retry-After").orElse(1));
    }
}
