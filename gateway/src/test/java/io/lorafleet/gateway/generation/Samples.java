package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.GenerationCancelled;
import io.lorafleet.messages.GenerationFinished;
import io.lorafleet.messages.GenerationStarted;
import io.lorafleet.messages.GenerationSucceeded;
import io.lorafleet.messages.GenerationSucceeded.GeneratedImage;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.WorkerStatus;
import io.lorafleet.messages.WorkerStatus.BaseModel;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Messages to test with. */
final class Samples {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final String SHA = "ab".repeat(32);
    static final GenerationOrder NOTHING_BUT_A_PROMPT =
            new GenerationOrder("a red circle", null, null, null, null, null, null, null, null, null, null, null, null);

    /** The defaults. */
    static final GatewayConfig.Limits LIMITS = new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(GatewayConfig.class)
            .withDefaultValue("lorafleet.storage.directory", "/blobs")
            .build()
            .getConfigMapping(GatewayConfig.class)
            .limits();

    private Samples() {}

    static GenerateImage request(String id) {
        return new GenerateImage(id, "a red circle", "", null, null, 1, 5, 20, SamplerName.DDIM, 64, 64, 7, 1, NOW);
    }

    static GenerationStarted started(String id) {
        return new GenerationStarted(id, "w1", NOW);
    }

    static GenerationFinished succeeded(String id) {
        return new GenerationSucceeded(
                id, "w1", NOW, List.of(new GeneratedImage(0, 7, "blob", SHA)), 40, Duration.ofSeconds(1));
    }

    static GenerationFinished cancelled(String id) {
        return new GenerationCancelled(id, "w2", NOW);
    }

    static AdapterVersion student(String name, double guidance) {
        return new AdapterVersion(name, 1, SHA, 10, AdapterVersion.Kind.STUDENT, guidance, NOW);
    }

    static AdapterVersion style(String name, int version) {
        return new AdapterVersion(name, version, SHA, 10, AdapterVersion.Kind.STYLE, null, NOW);
    }

    static WorkerStatus ready() {
        BaseModel model = new BaseModel("tiny-sd", SHA, 8, 64, SamplerName.DDIM);
        return new WorkerStatus("w1", WorkerStatus.State.READY, "cpu()", 1, model, NOW);
    }
}
