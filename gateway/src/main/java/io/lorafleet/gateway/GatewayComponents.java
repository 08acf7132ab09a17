// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.lorafleet.gateway.adapter.AdapterDirectory;
import io.lorafleet.gateway.adapter.AdapterFiles;
import io.lorafleet.gateway.adapter.AdapterLog;
import io.lorafleet.gateway.adapter.AdapterUploads;
import io.lorafleet.gateway.generation.admission.AdmissionRules;
import io.lorafleet.gateway.generation.admission.Origin;
import io.lorafleet.gateway.generation.admission.WebhookRules;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.security.HostRules;
import io.lorafleet.gateway.security.OriginRules;
import io.lorafleet.gateway.security.Security;
import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.gateway.storage.FreeSpace;
import io.lorafleet.gateway.storage.StorageAllowance;
import io.lorafleet.gateway.webhook.WebhookSecret;
import io.lorafleet.gateway.webhook.Webhooks;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.config.BlobStores;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Produces the beans that depend on the configuration. An invalid setting aborts startup with an error that names
 * its key.
 */
@Singleton
final class GatewayComponents {
    /**
     * In base64, a file of this size reaches Jackson's limit on the length of strings
     * (StreamReadConstraints.DEFAULT_MAX_STRING_LEN).
     */
    private static final int MAX_INIT_IMAGE_BYTES = 15_000_000;

    /** This value times the number of pixels in the largest image still fits in a long. */
    private static final long MAX_QUEUED_EVALUATIONS = 100_000_000_000L;

    private static final int MAX_SIZE_RATIO = 1000;

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration MIN_DROPPED_REQUEST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MAX_DROPPED_REQUEST_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration MIN_FORGET_LOST_WORKERS_AFTER = Duration.ofMinutes(1);
    private static final Duration MAX_FORGET_LOST_WORKERS_AFTER = Duration.ofDays(365);
    private static final Duration MAX_WEBHOOK_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration MAX_WEBHOOK_DURATION = Duration.ofDays(1);
    /** Bounds the number of threads, because each call may occupy one during its DNS lookup. */
    private static final int MAX_WEBHOOK_CALLS = 1000;

    private final GatewayConfig config;

    GatewayComponents(GatewayConfig config) {
        this.config = config;
    }

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    @Startup
    BlobStore blobStore() {
        return BlobStores.open(config.storage());
    }

    @Produces
    @Singleton
    @Startup
    ClientBlobs clientBlobs(BlobStore blobs, Clock clock) {
        long mostBytes = config.limits().maxStoredBytesPerCaller();
        expect("lorafleet.limits.max-stored-bytes-per-caller", 1, Long.MAX_VALUE / 2, mostBytes);
        return new ClientBlobs(
                blobs,
                config.storage().directory().map(FreeSpace::of).orElse(FreeSpace.UNLIMITED),
                expect(
                        "lorafleet.storage.min-free-bytes",
                        0,
                        Long.MAX_VALUE / 2,
                        config.storage().minFreeBytes()),
                new StorageAllowance(mostBytes, clock),
                clock);
    }

    @Produces
    @Singleton
    @Startup
    GenerationTable generationTable(Backlog backlog) {
        expect(
                "lorafleet.gateway.dropped-request-timeout",
                MIN_DROPPED_REQUEST_TIMEOUT,
                MAX_DROPPED_REQUEST_TIMEOUT,
                config.gateway().droppedRequestTimeout());
        expect(
                "lorafleet.gateway.forget-lost-workers-after",
                MIN_FORGET_LOST_WORKERS_AFTER,
                MAX_FORGET_LOST_WORKERS_AFTER,
                config.gateway().forgetLostWorkersAfter());
        return new GenerationTable(
                expect("lorafleet.remembered-generations", 1, Integer.MAX_VALUE, config.rememberedGenerations()),
                backlog);
    }

    @Produces
    @Singleton
    Backlog backlog(Clock clock) {
        return new Backlog(clock);
    }

    @Produces
    @Singleton
    @Startup
    AdmissionRules admissionRules(
            ModelDirectory models, AdapterRegistry adapters, Backlog backlog, WebhookRules webhooks, Clock clock) {
        GatewayConfig.Limits limits = config.limits();
        expect("lorafleet.limits.max-prompt-length", 1, GenerateImage.MAX_PROMPT_LENGTH, limits.maxPromptLength());
        expect("lorafleet.limits.max-steps", 1, GenerateImage.MAX_STEPS, limits.maxSteps());
        expect("lorafleet.limits.max-count", 1, GenerateImage.MAX_COUNT, limits.maxCount());
        expect("lorafleet.limits.max-size-ratio", 1, MAX_SIZE_RATIO, limits.maxSizeRatio());
        expect("lorafleet.limits.max-init-image-bytes", 1, MAX_INIT_IMAGE_BYTES, limits.maxInitImageBytes());
        expect("lorafleet.limits.max-queued-evaluations", 1, MAX_QUEUED_EVALUATIONS, limits.maxQueuedEvaluations());
        expect(
                "lorafleet.limits.max-queued-evaluations-per-caller",
                1,
                MAX_QUEUED_EVALUATIONS,
                limits.maxQueuedEvaluationsPerCaller());
        expect(
                "lorafleet.limits.max-queued-requests",
                1,
                config.rememberedGenerations() - 1,
                limits.maxQueuedRequests());
        expect(
                "lorafleet.limits.max-queued-requests-per-caller",
                1,
                Integer.MAX_VALUE,
                limits.maxQueuedRequestsPerCaller());
        int mostPixels = GenerateImage.MAX_SIZE * GenerateImage.MAX_SIZE;
        expect("lorafleet.limits.max-init-image-pixels", 1, mostPixels, limits.maxInitImagePixels());
        return new AdmissionRules(limits, models, adapters, backlog, webhooks, clock);
    }

    @Produces
    @Singleton
    HostRules hostRules(Security security) {
        Set<String> names = config.security().allowedHosts().orElse(Set.of()).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        return new HostRules(!security.isOpen() && names.isEmpty(), names);
    }

    @Produces
    @Singleton
    OriginRules originRules(
            @ConfigProperty(name = "quarkus.http.cors.enabled", defaultValue = "false") boolean enabled,
            @ConfigProperty(name = "quarkus.http.cors.origins") Optional<List<String>> origins) {
        return new OriginRules(enabled ? origins.orElse(List.of()) : List.of());
    }

    @Produces
    @Singleton
    WebhookRules webhookRules() {
        Set<Origin> trusted = config.webhooks().trustedOrigins().orElse(Set.of()).stream()
                .map(origin -> parse("lorafleet.webhooks.trusted-origins", origin, Origin::parse))
                .collect(Collectors.toSet());
        return new WebhookRules(config.webhooks().secret().isPresent(), trusted);
    }

    @Produces
    @Singleton
    @Startup
    Webhooks webhooks(WebhookRules rules, Clock clock, MeterRegistry meters, Vertx vertx) {
        GatewayConfig.Webhooks webhooks = config.webhooks();
        expect("lorafleet.webhooks.timeout", SHORTEST, MAX_WEBHOOK_TIMEOUT, webhooks.timeout());
        expect("lorafleet.webhooks.give-up-after", SHORTEST, MAX_WEBHOOK_DURATION, webhooks.giveUpAfter());
        expect("lorafleet.webhooks.max-concurrent-calls", 1, MAX_WEBHOOK_CALLS, webhooks.maxConcurrentCalls());
        expect(
                "lorafleet.webhooks.max-concurrent-calls-per-host",
                1,
                MAX_WEBHOOK_CALLS,
                webhooks.maxConcurrentCallsPerHost());
        if (webhooks.secret().isEmpty() && webhooks.previousSecret().isPresent()) {
            throw new IllegalStateException(
                    "lorafleet.webhooks.previous-secret: lorafleet.webhooks.secret must be set as well");
        }
        List<WebhookSecret> secrets = Stream.of(
                        secret("lorafleet.webhooks.secret", webhooks.secret()),
                        secret("lorafleet.webhooks.previous-secret", webhooks.previousSecret()))
                .flatMap(Optional::stream)
                .toList();
        return new Webhooks(secrets, rules, webhooks, clock, meters, vertx);
    }

    @Produces
    @Singleton
    AdapterRegistry adapterRegistry() {
        return new AdapterRegistry();
    }

    @Produces
    @Singleton
    AdapterUploads adapterUploads(
            AdapterRegistry registry,
            AdapterLog log,
            BlobStore blobs,
            ClientBlobs clientBlobs,
            ModelDirectory models,
            Clock clock) {
        return new AdapterUploads(
                registry, log, blobs, clientBlobs, models, config.limits().maxAdapterBytes(), clock);
    }

    @Produces
    @Singleton
    @Startup
    AdapterFiles adapterFiles(AdapterUploads uploads) {
        Optional<Path> directory = config.gateway().adapterDirectory();
        if (directory.isPresent() && !Files.isDirectory(directory.get())) {
            throw new IllegalStateException(
                    "lorafleet.gateway.adapter-directory: expected a directory, found " + directory.get());
        }
        return new AdapterFiles(directory.map(AdapterDirectory::new), uploads);
    }

    private static Optional<WebhookSecret> secret(String key, Optional<String> value) {
        return value.map(secret -> parse(key, secret, WebhookSecret::parse));
    }

    private static <T> T parse(String key, String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(key + ": " + e.getMessage());
        }
    }

    private static void expect(String key, Duration min, Duration max, Duration found) {
        if (found.compareTo(min) < 0 || found.compareTo(max) > 0) {
            throw new IllegalStateException(key + ": expected " + min + " to " + max + ", found " + found);
        }
    }

    private static int expect(String key, int min, int max, int found) {
        return (int) expect(key, min, (long) max, found);
    }

    private static long expect(String key, long min, long max, long found) {
        if (found < min || found > max) {
            throw new IllegalStateException(key + ": expected " + min + " to " + max + ", found " + found);
        }
        return found;
    }
}
