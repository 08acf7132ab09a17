// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.sampler.NoiseSchedule;
import io.lorafleet.diffusion.sampler.Sampler;
import io.lorafleet.diffusion.sampler.SamplerSettings;
import io.lorafleet.diffusion.sampler.SamplerState;
import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares the samplers with the trajectories of another implementation's schedulers, using recorded model outputs. */
public final class SamplerParity {
    private static final String SUFFIX = ".safetensors";
    private static final String TRAJECTORY = "trajectory";

    /** The metadata entry {@code settings}: what diffusers' set_timesteps and step received. Each may be absent. */
    private record Settings(
            @Nullable List<Integer> timesteps,
            @Nullable List<Double> sigmas,
            @Nullable Double eta) {}

    private SamplerParity() {}

    /** @return whether the folder has recorded trajectories and no pipeline */
    public static boolean isFor(Path folder) {
        return !Files.exists(folder.resolve("model_index.json"))
                && files(folder).stream()
                        .anyMatch(file -> Safetensors.open(file).names().contains(TRAJECTORY));
    }

    /** @param results receives the results for each file's timesteps, model inputs and latents */
    public static void check(Path folder, Consumer<ParityResult> results) {
        files(folder).forEach(file -> check(file.getFileName().toString().replace(SUFFIX, ""), file, results));
    }

    private static void check(String name, Path path, Consumer<ParityResult> results) {
        Safetensors file = Safetensors.open(path);
        ReferenceTensors reference = new ReferenceTensors(file);
        ModelConfig config = ModelConfig.parse(path.toString(), reference.metadata("config"));
        NoiseSchedule schedule = NoiseSchedule.of(config, reference.metadata("class"));
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray outputs = reference.read("model_output", scope);
            Sampler sampler = schedule.sampler().with(schedule, steps(name, outputs), 0, settings(reference));
            Iterator<float[]> noise = noise(reference, scope);
            SamplerState state = new SamplerState(scope, count -> noise.next());
            NDArray latent = reference.read("initial", scope).mul(sampler.initialNoiseScale());
            NDList inputs = new NDList();
            NDList trajectory = new NDList();
            for (int i = 0; i < sampler.timesteps().length; i++) {
                inputs.add(sampler.modelInput(latent, i));
                latent = sampler.step(latent, outputs.get(i), i, state);
                trajectory.add(latent);
            }
            results.accept(reference.compare(
                    name + "/timesteps", "timesteps", ReferenceTensors.row(sampler.timesteps(), scope)));
            results.accept(reference.compare(name + "/model_input", "model_input", NDArrays.stack(inputs)));
            results.accept(reference.compare(name + "/" + TRAJECTORY, TRAJECTORY, NDArrays.stack(trajectory)));
        }
    }

    private static SamplerSettings settings(ReferenceTensors reference) {
        if (!reference.hasMetadata("settings")) {
            return SamplerSettings.DEFAULT;
        }
        Settings given = reference.object("settings", Settings.class);
        return new SamplerSettings(
                null,
                Objects.requireNonNullElse(given.timesteps(), List.of()),
                Objects.requireNonNullElse(given.sigmas(), List.of()),
                Objects.requireNonNullElse(given.eta(), SamplerSettings.DEFAULT_ETA));
    }

    /**
     * Reads the number of steps from the end of the file name, because a sampler may evaluate the model more than once
     * for a step.
     */
    private static int steps(String name, NDArray outputs) {
        String last = name.substring(name.lastIndexOf('_') + 1);
        return last.matches("\\d+")
                ? Integer.parseInt(last)
                : (int) outputs.getShape().get(0);
    }

    private static Iterator<float[]> noise(ReferenceTensors reference, NDManager scope) {
        if (!reference.has("noise")) {
            return Collections.emptyIterator();
        }
        NDArray values = reference.read("noise", scope);
        return IntStream.range(0, (int) values.getShape().get(0))
                .mapToObj(i -> values.get(i).toFloatArray())
                .iterator();
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ModelFileException(folder + ": cannot be listed: " + e, e);
        }
    }
}
