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
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.distillation.model.FullStudent;
import io.lorafleet.distillation.model.LoraStudent;
import io.lorafleet.distillation.model.Student;
import io.lorafleet.distillation.model.StudentMetadata;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.DistillOptions;
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
            "Trains a student: an adapter that produces the guided result in one UNet evaluation per step instead"
                    + " of two. The training needs only the model and prompts.",
            "After each round, the command writes NAME.checkpoint. A new run with the same options resumes from"
                    + " that checkpoint."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} distill --model deploy/demo-model --prompts train.txt --name fast"
        })
public final class DistillCommand implements Callable<Integer> {
    @Option(
            names = "--model",
            paramLabel = "PATH",
            required = true,
            description = "Base model: a folder in the diffusers layout, or a single-file checkpoint.")
    private Path folder;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            required = true,
            description = "Text file with one prompt per line.")
    private Path prompts;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            required = true,
            description = "Name of the adapter and of its file.")
    private String name;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Folder for NAME.safetensors and its model card, NAME.md. Default: the current folder.")
    private Path output;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Number of threads per operation. Default: one per processor.")
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
                    Map<String, String> metadata = StudentMetadata.of(model, name, plan.guidance());
                    run(model, student, plan, learned, end -> LoraWriter.write(student.adapter(end), metadata));
                    Files.writeString(output.resolve(name + ".md"), ModelCard.of(name, model, plan, learned.size()));
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
            throw new FleetException(checkpoint + ": " + e.getMessage()
                    + "; to start over, remove the checkpoint or use another --name");
        }
    }

    /** Writes a file atomically. */
    private static void replace(Path file, byte[] content) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".part");
        Files.write(aside, content);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
