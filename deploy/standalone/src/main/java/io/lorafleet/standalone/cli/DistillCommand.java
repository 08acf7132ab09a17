// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.lora.LoraWriter;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import io.lorafleet.distillation.Distillation;
import io.lorafleet.distillation.DistillationException;
import io.lorafleet.distillation.FullStudent;
import io.lorafleet.distillation.LoraStudent;
import io.lorafleet.distillation.Student;
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.WeightedPrompt;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "distill",
        sortOptions = false,
        description = {
            "Makes a student: an adapter with which the model draws in one evaluation a step what it draws with guidance"
                    + " in two. It needs nothing but the model and prompts.",
            "After each round it leaves NAME.checkpoint; started again with the same options, it goes on from there."
        })
public final class DistillCommand implements Callable<Integer> {
    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base: a pipeline folder.")
    private Path folder;

    @Option(names = "--prompts", paramLabel = "FILE", required = true, description = "One prompt a line.")
    private Path prompts;

    @Option(names = "--name", paramLabel = "NAME", required = true, description = "Of the adapter and its file.")
    private String name;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where NAME.safetensors goes (the current folder).")
    private Path output;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of one operation (all processors).")
    private @Nullable Integer threads;

    @Mixin
    private DistillOptions options;

    @Override
    public Integer call() throws IOException {
        List<WeightedPrompt> learned = WeightedPrompt.alike(PromptFile.read(prompts));
        if (!Files.isDirectory(output)) {
            throw new FleetException("--output: expected a folder, found " + output);
        }
        TorchSettings.configure(threads == null ? Runtime.getRuntime().availableProcessors() : threads);
        try (StableDiffusion model = options.open(folder)) {
            TrainingPlan plan = options.plan(model.defaultSize());
            if (options.lowRank()) {
                try (LoraStudent student = options.factors(model)) {
                    Map<String, String> metadata = Map.of("lorafleet.guidance", Double.toString(plan.guidance()));
                    run(model, student, plan, learned, end -> LoraWriter.write(student.adapter(end), metadata));
                }
            } else {
                try (FullStudent student = FullStudent.open(folder, model.owner())) {
                    run(model, student, plan, learned, end -> SafetensorsWriter.write(end, Map.of("format", "pt")));
                }
            }
        } catch (ModelFileException | DistillationException e) {
            throw new FleetException(e.getMessage());
        }
        System.out.println(file());
        return ExitCode.OK;
    }

    private Path file() {
        return output.resolve(name + ".safetensors");
    }

    private void run(
            StableDiffusion model,
            Student student,
            TrainingPlan plan,
            List<WeightedPrompt> learned,
            Function<Map<String, NDArray>, byte[]> written)
            throws IOException {
        Path checkpoint = output.resolve(name + ".checkpoint");
        try (Distillation run = new Distillation(model, student, plan, learned);
                DistillProgress progress = new DistillProgress(System.err)) {
            if (Files.exists(checkpoint)) {
                resume(run, checkpoint);
            }
            while (!run.done()) {
                run.round(progress);
                replace(checkpoint, run.checkpoint());
            }
            replace(file(), written.apply(run.parameters()));
            Files.delete(checkpoint);
        }
    }

    private static void resume(Distillation run, Path checkpoint) throws IOException {
        try {
            run.resume(Files.readAllBytes(checkpoint));
        } catch (ModelFileException e) {
            throw new FleetException(
                    checkpoint + ": " + e.getMessage() + "; to begin anew, remove it, or take another --name");
        }
    }

    /** Whole or not at all. */
    private static void replace(Path file, byte[] content) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".part");
        Files.write(aside, content);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
