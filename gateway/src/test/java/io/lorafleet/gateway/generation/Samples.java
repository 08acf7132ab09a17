// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.Storage;
import io.lorafleet.gateway.generation.admission.AdmissionRules;
import io.lorafleet.gateway.generation.admission.GenerationRequest;
import io.lorafleet.gateway.generation.admission.WebhookRules;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.generation.state.GenerationMetrics;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationCancelled;
import io.lorafleet.messages.generation.GenerationExpired;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.storage.BlobStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sample messages. */
public final class Samples {
    public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    public static final String SHA = "ab".repeat(32);
    public static final GenerationRequest NOTHING_BUT_A_PROMPT = body(Map.of("prompt", "a red circle"));

    /** The default limits. */
    public static final GatewayConfig.Limits LIMITS = limits(Map.of());

    public static final WebhookRules NO_WEBHOOKS = new WebhookRules(false, Set.of());

    private Samples() {}

    public static GenerationMetrics metrics() {
        return metrics(new SimpleMeterRegistry());
    }

    public static GenerationMetrics metrics(MeterRegistry registry) {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        return new GenerationMetrics(registry, new ModelDirectory(clock), clock);
    }

    /** Creates a gateway's generations. */
    public static Generations generations(GenerationTable table, GenerationLog log, BlobStore blobs) {
        Backlog backlog = new Backlog(Clock.systemUTC());
        ModelDirectory models = new ModelDirectory(Clock.systemUTC());
        models.apply(ready());
        AdmissionRules rules =
                new AdmissionRules(LIMITS, models, new AdapterRegistry(), backlog, NO_WEBHOOKS, Clock.systemUTC());
        return new Generations(rules, log, table, blobs, Storage.unlimited(blobs), metrics());
    }

    /** @param set the settings that differ from the defaults, by key */
    public static GatewayConfig.Limits limits(Map<String, String> set) {
        SmallRyeConfigBuilder config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(GatewayConfig.class)
                .withDefaultValue("lorafleet.storage.directory", "/blobs");
        set.forEach(config::withDefaultValue);
        return config.build().getConfigMapping(GatewayConfig.class).limits();
    }

    /** @param fields fields as in JSON; a prompt is added if absent */
    public static GenerationRequest body(Map<String, Object> fields) {
        Map<String, Object> all = new HashMap<>(Map.of("prompt", "a"));
        all.putAll(fields);
        return new ObjectMapper().convertValue(all, GenerationRequest.class);
    }

    public static GenerateImage request(String id) {
        return request(id, NOW);
    }

    public static GenerateImage request(String id, Instant acceptedAt) {
        return request(id, acceptedAt, null);
    }

    /** @return a request for workers of this pool */
    public static GenerateImage request(String id, String pool) {
        return request(id, NOW, pool);
    }

    private static GenerateImage request(String id, Instant acceptedAt, @Nullable String pool) {
        return GenerateImage.builder(id, acceptedAt)
                .prompt("a red circle")
                .guidanceScale(5)
                .steps(20)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(7)
                .baseFingerprint(SHA)
                .pool(pool)
                .build();
    }

    public static GenerationStarted started(String id) {
        return new GenerationStarted(id, "w1", NOW);
    }

    public static GenerationSucceeded succeeded(String id) {
        return succeeded(id, NOW, 1);
    }

    public static GenerationSucceeded succeeded(String id, Instant at, int count) {
        List<GeneratedImage> images = IntStream.range(0, count)
                .mapToObj(i -> new GeneratedImage(i, 7, "blob", SHA))
                .toList();
        return new GenerationSucceeded(id, "w1", at, images, 40, Duration.ofSeconds(1), null);
    }

    public static GenerationFinished cancelled(String id) {
        return new GenerationCancelled(id, "w2", NOW);
    }

    public static GenerationFinished expired(String id) {
        return new GenerationExpired(id, "w2", NOW);
    }

    public static WorkerStatus ready() {
        BaseModel model = new BaseModel("tiny-sd", SHA, 8, 64, SamplerName.DDIM);
        return new WorkerStatus("w1", WorkerStatus.State.READY, "cpu()", 1, 0, null, model, List.of(), List.of(), NOW);
    }

    /** @return a ready worker with an inpainting model, in a pool with the name of the model */
    public static WorkerStatus inpainting(String id, String model, String fingerprint) {
        BaseModel base = new BaseModel(model, fingerprint, 8, 64, SamplerName.DDIM, true, null);
        return new WorkerStatus(
                id, WorkerStatus.State.READY, "cpu()", 1, 0, null, base, List.of(), List.of(), NOW, model, null);
    }

    /** @return a ready worker with the base of {@link #ready()} and ControlNets of these names */
    public static WorkerStatus withControlNets(String id, @Nullable String pool, String... names) {
        return new WorkerStatus(
                id,
                WorkerStatus.State.READY,
                "cpu()",
                1,
                0,
                null,
                ready().model(),
                List.of(),
                List.of(),
                NOW,
                pool,
                Stream.of(names).map(Samples::controlNet).toList());
    }

    public static PinnedControlNet controlNet(String name) {
        return new PinnedControlNet(name, SHA);
    }

    /** @return a ready worker of a pool */
    public static WorkerStatus ready(String id, String pool, int slots, String model, String fingerprint) {
        BaseModel base = new BaseModel(model, fingerprint, 8, 128, SamplerName.EULER);
        return new WorkerStatus(
                id, WorkerStatus.State.READY, "cpu()", slots, 0, null, base, List.of(), List.of(), NOW, pool, null);
    }
}
