// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.evaluate;

import ai.djl.Device;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.lora.AdapterException;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.distillation.Evaluation;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.PromptFile;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "evaluate",
        sortOptions = false,
        description = {
            "Says how near a student comes to its teacher, on prompts that it should not have seen: draws each prompt"
                    + " with guidance, without, and with the student, from the same noise.",
            "With the demo model it also reads off the images how much of the prompts they follow."
        })
public final class EvaluateCommand implements Callable<Integer> {
    private static final double USUAL_GUIDANCE = 5;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base: a pipeline folder.")
    private Path folder;

    @Option(
            names = "--adapter",
            paramLabel = "STUDENT",
            required = true,
            description = "A safetensors file, or NAME or NAME@VERSION of an adapter of the fleet at --url.")
    private String adapter;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://localhost:8080",
            description = "The gateway (${DEFAULT-VALUE}).")
    private URI url;

    @Option(names = "--prompts", paramLabel = "FILE", required = true, description = "One prompt a line.")
    private Path prompts;

    @Option(names = "--count", paramLabel = "N", description = "The first N of the prompts (all).")
    private @Nullable Integer count;

    @Option(
            names = "--guidance",
            paramLabel = "X",
            description = "Guidance scale of the teacher (that of the fleet's adapter; of a file, 5).")
    private @Nullable Double guidance;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "20", description = "Of DDIM (${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--rows-at-once",
            paramLabel = "N",
            defaultValue = "8",
            description = "Rows of the UNet's batch (${DEFAULT-VALUE}).")
    private int rowsAtOnce;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of the first one (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--report", paramLabel = "DIR", description = "Where report.md and the images go (nowhere).")
    private @Nullable Path report;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of one operation (all processors).")
    private @Nullable Integer threads;

    @Option(names = "--json", description = "Prints the figures as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> all = PromptFile.read(prompts);
        List<String> asked = count == null ? all : all.subList(0, Math.min(count, all.size()));
        if (report != null && !Files.isDirectory(report)) {
            throw new FleetException("--report: expected a folder, found " + report);
        }
        TorchSettings.configure(threads == null ? Runtime.getRuntime().availableProcessors() : threads);
        try (StableDiffusion model = StableDiffusion.open(folder, Device.cpu(), Precision.FLOAT32)) {
            StudentArgument wanted = StudentArgument.find(adapter, url);
            LoraAdapter student = LoraFile.read(wanted.file(), model.unet().weightShapes());
            Evaluation evaluation = new Evaluation(
                    model, scale(wanted), steps, rowsAtOnce, model.defaultSize(), model.defaultSize(), seed);
            Evaluation.Result result = evaluation.of(
                    student, asked, done -> System.err.println(done + " of " + asked.size() + " prompts"));
            Report found = Report.of(result, evaluation.speed(student, asked.get(0)));
            if (report != null) {
                found.write(report, result.images());
            }
            System.out.println(json ? new String(Json.write(found), StandardCharsets.UTF_8) : found.markdown());
            return ExitCode.OK;
        } catch (ModelFileException | AdapterException e) {
            throw new FleetException(e.getMessage());
        }
    }

    private double scale(StudentArgument student) {
        if (guidance != null) {
            return guidance;
        }
        return student.guidance() == null ? USUAL_GUIDANCE : student.guidance();
    }
}
