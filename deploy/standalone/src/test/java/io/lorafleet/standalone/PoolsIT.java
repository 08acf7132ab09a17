// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.broker.Ports;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.standalone.bench.engine.RandomAdapter;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.client.GenerationFollower;
import io.lorafleet.standalone.client.GenerationStatus.Status;
import io.lorafleet.standalone.client.NewGeneration;
import io.lorafleet.standalone.client.ScaledAdapter;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import io.lorafleet.standalone.supervisor.PoolSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged services, with two bases and three pools. */
class PoolsIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private GatewayClient gateway;
    private TopicRecords topics;

    @Test
    void aRequestIsProcessedByAWorkerOfItsBase() throws Exception {
        Path root = Path.of(System.getProperty("lorafleet.root")).toRealPath();
        Path first = root.resolve("deploy/demo-model");
        Path second = otherBase(first);
        FleetSettings settings = new FleetSettings(
                root,
                folder.resolve("data"),
                first,
                Ports.free(),
                Ports.free(),
                null,
                1,
                "",
                null,
                List.of(new PoolSettings("second", second, 1), new PoolSettings("more", second, 1)),
                null);
        try (LocalFleet fleet = new LocalFleet(settings, said -> {})) {
            fleet.start();
            gateway = new GatewayClient(fleet.gateway());
            topics = new TopicRecords(fleet.bootstrapServers());

            assertThat(workerOf(generate(null, "demo-model"))).isEqualTo("worker-1");
            assertThat(workerOf(generate(null, null))).isEqualTo("worker-1");
            // The second request goes to the other pool, because its worker is idle.
            String one = generate(null, "second");
            String other = generate(null, "second");
            assertThat(List.of(workerOf(one), workerOf(other)))
                    .containsExactlyInAnyOrder("worker-second-1", "worker-more-1");

            AdapterVersion chalk = addAdapter(second, "second");
            assertThat(workerOf(generate("chalk", null))).isIn("worker-second-1", "worker-more-1");
            assertThat(chalk.baseFingerprint()).isNotNull();
            assertThatThrownBy(() -> generate("chalk", "demo-model"))
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining("expected an adapter for demo-model, found one for second");
        }
    }

    /** @return a copy of the model with a slightly different weight, in a folder with another name */
    private Path otherBase(Path model) throws IOException {
        Path copy = folder.resolve("second");
        try (Stream<Path> files = Files.walk(model)) {
            for (Path file : files.toList()) {
                Path target = copy.resolve(model.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        Path weights = copy.resolve("unet/diffusion_pytorch_model.safetensors");
        byte[] content = Files.readAllBytes(weights);
        content[content.length - 4] ^= 1; // the lowest bit of the last weight
        Files.write(weights, content);
        Files.deleteIfExists(copy.resolve("SHA256SUMS"));
        return copy;
    }

    private AdapterVersion addAdapter(Path base, String name) throws Exception {
        byte[] weights = RandomAdapter.file(RandomAdapter.shapes(base), 4, RandomAdapter.MILD, 1);
        Path file = Files.write(folder.resolve("chalk.safetensors"), weights);
        return gateway.addAdapter("chalk", file, 5.0, name, false, null, null).value();
    }

    private String generate(@Nullable String adapter, @Nullable String base) throws InterruptedException {
        NewGeneration request = NewGeneration.of("a red star")
                .negativePrompt("")
                .adapters(adapter == null ? null : List.of(new ScaledAdapter(adapter, null)))
                .guidanceScale(5.0)
                .steps(10)
                .sampler(SamplerName.DDIM)
                .size(64, 64)
                .seed(1L)
                .count(1)
                .model(base)
                .build();
        return gateway.generate(request, TIMEOUT).id();
    }

    private String workerOf(String id) throws InterruptedException {
        assertThat(new GenerationFollower(gateway, GenerationFollower.Progress.NONE)
                        .follow(id)
                        .value()
                        .status())
                .isEqualTo(Status.SUCCEEDED);
        return topics.read(Topic.RESULTS, GenerationFinished.class).stream()
                .filter(result -> result.requestId().equals(id))
                .map(GenerationFinished::workerId)
                .findFirst()
                .orElseThrow();
    }
}
