// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.SamplingDefaults;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client for the gateway's HTTP API. It sends the API key with every request. Methods throw a {@link
 * RequestRejectedException} if the gateway rejects the request, and a {@link FleetException} if no gateway responds.
 *
 * <p>Methods that return a {@link CompletableFuture} do not block. Their futures fail with a {@link
 * RequestRejectedException}, or with an {@link IOException} if no gateway responds.
 */
public final class GatewayClient {
    /** The environment variable that contains the API key or token. */
    public static final String KEY = "LORAFLEET_API_KEY";

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    /** An adapter can be several hundred megabytes, and the network can be slow. */
    private static final Duration UPLOAD_TIMEOUT = Duration.ofMinutes(30);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int THREADS = 4;
    private static final int QUEUE_FULL = 429;
    private static final int NO_WORKER = 503;
    private static final Duration THREAD_KEEP_ALIVE = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            // A gateway accepts at most 100 concurrent streams on one HTTP/2 connection.
            .version(HttpClient.Version.HTTP_1_1)
            .executor(executor())
            .build();
    /** URL without a trailing slash. It may contain a path, for example if the gateway is behind a proxy. */
    private final String url;
    /** An API key or a token, or null. */
    private final @Nullable String key;

    /** Uses the key in the environment variable {@value #KEY}. */
    public GatewayClient(URI url) {
        this(url, System.getenv(KEY));
    }

    /** @throws FleetException if the URL is not an HTTP URL */
    public GatewayClient(URI url, @Nullable String key) {
        if (!List.of("http", "https").contains(String.valueOf(url.getScheme())) || url.getHost() == null) {
            throw new FleetException("--url: expected an HTTP URL such as http://localhost:8080, found " + url);
        }
        this.url = url.toString().replaceAll("/+$", "");
        this.key = key;
    }

    /** @return the gateway's URL */
    public String url() {
        return url;
    }

    /** @return whether a gateway responds and is connected to its broker */
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
     * Creates a generation.
     *
     * @param timeout how long to retry while no worker has loaded a model
     */
    public GenerationStatus generate(NewGeneration generation, Duration timeout) throws InterruptedException {
        return create(generation, new Retries(timeout, Duration.ZERO, waiting -> {}))
                .value();
    }

    /**
     * Creates a generation. Retries while no worker is ready or the queue is full.
     *
     * @param generation a {@link NewGeneration}, or JSON with the same fields
     */
    public Response<GenerationStatus> create(Object generation, Retries retries) throws InterruptedException {
        HttpRequest post = post(generation);
        Instant start = Instant.now();
        HttpResponse<byte[]> response = send(post);
        while (true) {
            boolean isFull = response.statusCode() == QUEUE_FULL;
            Duration limit = isFull ? retries.queueFull() : retries.noWorker();
            Duration pause = retryAfter(response);
            boolean isTemporary = isFull || response.statusCode() == NO_WORKER;
            // Without a pause between the last attempt and the limit, there is no point in waiting.
            if (!isTemporary || !Instant.now().plus(pause).isBefore(start.plus(limit))) {
                return read(response, GenerationStatus.class);
            }
            retries.waiting()
                    .accept((isFull ? "the queue is full" : "no worker is ready") + "; next attempt in "
                            + pause.toSeconds() + " s");
            Thread.sleep(pause.toMillis());
            response = send(post);
        }
    }

    /** Creates a generation, without retrying. */
    public CompletableFuture<GenerationStatus> submit(NewGeneration generation) {
        return sendAsync(post(generation))
                .thenApply(response -> read(response, GenerationStatus.class).value());
    }

    public Response<GenerationStatus> generation(String id) throws InterruptedException {
        return read(send(request(path(encoded(id))).build()), GenerationStatus.class);
    }

    public CompletableFuture<GenerationStatus> generationAsync(String id) {
        return sendAsync(request(path(id)).build())
                .thenApply(response -> read(response, GenerationStatus.class).value());
    }

    /** @return the lines of the generation's event stream, which the caller closes */
    Stream<String> eventLines(String id) throws IOException, InterruptedException {
        HttpRequest get = request(path(id) + "/events")
                .header("Accept", "text/event-stream")
                .build();
        return http.send(get, BodyHandlers.ofLines()).body();
    }

    /** @return the image as a PNG file */
    public byte[] image(GenerationStatus.Image image) throws InterruptedException {
        return image(image, ImageFormat.PNG, null);
    }

    /** @param quality quality of JPEG and WebP files; null for the gateway's default */
    public byte[] image(GenerationStatus.Image image, ImageFormat format, @Nullable Integer quality)
            throws InterruptedException {
        String query = format == ImageFormat.PNG ? "" : "?format=" + format;
        return bodyOf(send(request(image.url() + query + (quality == null ? "" : "&quality=" + quality))
                .build()));
    }

    /** @param status status of the generations, or null for all */
    public Response<GenerationList> generations(GenerationStatus.@Nullable Status status, int limit)
            throws InterruptedException {
        String filter = status == null ? "" : "&status=" + status.name().toLowerCase(Locale.ROOT);
        return read(send(request("/v1/generations?limit=" + limit + filter).build()), GenerationList.class);
    }

    public CompletableFuture<byte[]> imageAsync(GenerationStatus.Image image) {
        return sendAsync(request(image.url()).build()).thenApply(GatewayClient::bodyOf);
    }

    public void cancel(String id) throws InterruptedException {
        bodyOf(send(request(path(encoded(id))).DELETE().build()));
    }

    public Response<FeedbackReceipt> feedback(String generationId, NewFeedback feedback) throws InterruptedException {
        HttpRequest post = request(path(encoded(generationId)) + "/feedback")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.write(feedback)))
                .build();
        return read(send(post), FeedbackReceipt.class);
    }

    /** @param adapter name of a student, or null for all students */
    public Response<WithdrawalReceipt> withdrawFeedback(String owner, @Nullable String adapter)
            throws InterruptedException {
        String query = "?owner=" + encoded(owner) + (adapter == null ? "" : "&adapter=" + encoded(adapter));
        return read(send(request("/v1/feedback" + query).DELETE().build()), WithdrawalReceipt.class);
    }

    /** @param guidance guidance scale with which a student was distilled, or null for a style */
    public Response<AdapterVersion> addAdapter(String name, Path file, @Nullable Double guidance)
            throws IOException, InterruptedException {
        return addAdapter(name, file, guidance, null, false, null, null);
    }

    /**
     * Uploads an adapter that was made for a particular base.
     *
     * @param file safetensors file or PEFT folder
     * @param base name of the base; null for the fleet's default base
     * @param ignoreTextEncoder whether to ignore tensors for a text encoder instead of applying them
     * @param triggerWord word that an embedding's vectors replace; null for the word in the file or the adapter's name
     * @param sampling sampling that the author prescribes; null for none
     */
    public Response<AdapterVersion> addAdapter(
            String name,
            Path file,
            @Nullable Double guidance,
            @Nullable String base,
            boolean ignoreTextEncoder,
            @Nullable String triggerWord,
            @Nullable SamplingDefaults sampling)
            throws IOException, InterruptedException {
        String kind = guidance == null ? "?kind=style" : "?kind=student&guidance=" + guidance;
        String model = base == null ? "" : "&model=" + encoded(base);
        String textEncoder = ignoreTextEncoder ? "&textEncoder=ignore" : "";
        String word = triggerWord == null ? "" : "&triggerWord=" + encoded(triggerWord);
        HttpRequest put = request(adapterPath(name) + kind + model + textEncoder + word + query(sampling))
                .timeout(UPLOAD_TIMEOUT)
                .header("Content-Type", "application/octet-stream")
                .PUT(Files.isDirectory(file) ? PeftFolder.body(file) : UploadBody.of(file))
                .build();
        return read(send(put), AdapterVersion.class);
    }

    private static String query(@Nullable SamplingDefaults sampling) {
        if (sampling == null) {
            return "";
        }
        String timesteps = sampling.timesteps() == null
                ? null
                : sampling.timesteps().stream().map(String::valueOf).collect(Collectors.joining(","));
        return parameter("sampler", sampling.sampler())
                + parameter("steps", sampling.steps())
                + parameter("guidanceScale", sampling.guidanceScale())
                + parameter("timestepSpacing", sampling.timestepSpacing())
                + parameter("timesteps", timesteps)
                + parameter("eta", sampling.eta());
    }

    private static String parameter(String name, @Nullable Object value) {
        return value == null ? "" : "&" + name + "=" + encoded(value.toString().toLowerCase(Locale.ROOT));
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

    private HttpRequest post(Object generation) {
        return request("/v1/generations")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.write(generation)))
                .build();
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
            throw new NoGatewayException(url);
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> sendAsync(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofByteArray());
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
            throw new RequestRejectedException(response.statusCode(), ApiProblem.describe(response));
        }
        return response.body();
    }

    /** The executor's threads end when they become idle, so a client does not need to be closed. */
    private static Executor executor() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                THREAD_KEEP_ALIVE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "gateway-client");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        try {
            return Duration.ofSeconds(
                    response.headers().firstValueAsLong("Retry-After").orElse(1));
        } catch (NumberFormatException e) { // a date, which a proxy may send
            return Duration.ofSeconds(1);
        }
    }
}
