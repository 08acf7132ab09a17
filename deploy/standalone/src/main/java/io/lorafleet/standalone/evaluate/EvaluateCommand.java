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
import io.lorafleet.distillation.eval.Evaluation;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.PromptFile;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.cli.option.JsonOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "evaluate",
        sortOptions = false,
        description = {
            "Compares a student with its teacher, on prompts that were not used for training. For each prompt,"
                    + " the command generates images with and without guidance, and with the student, from the same"
                    + " noise.",
            "With the demo model, the command also measures prompt adherence."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} evaluate --model deploy/demo-model --adapter fast@2 --prompts held-out.txt"
                    + " --report report"
        })
public final class EvaluateCommand implements Callable<Integer> {
    private static final double DEFAULT_GUIDANCE = 5;

    @Option(
            names = "--model",
            paramLabel = "PATH",
            required = true,
            description = "Base model: a folder in the diffusers layout, or a single-file checkpoint.")
    private Path folder;

    @Option(
            names = "--adapter",
            paramLabel = "STUDENT",
            required = true,
            description = "Student: a safetensors file, or NAME or NAME@VERSION of an adapter in the fleet.")
    private String adapter;

    @Mixin
    private GatewayOptions gateway;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            required = true,
            description = "Text file with one prompt per line.")
    private Path prompts;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Number of prompts to evaluate, from the start of the file. Default: all prompts.")
    private @Nullable Integer count;

    @Option(
            names = "--guidance",
            paramLabel = "X",
            description = "Guidance scale of the teacher. Default: for an adapter in the fleet, the guidance scale"
                    + " at which it was distilled; for a file, 5.")
    private @Nullable Double guidance;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "20",
            description = "Number of DDIM steps for each image (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--rows-at-once",
            paramLabel = "N",
            defaultValue = "8",
            description = "Maximum number of rows in a UNet batch (default: ${DEFAULT-VALUE}).")
    private int rowsAtOnce;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Seed of the first image (default: ${DEFAULT-VALUE}). The seed increases by 1 for each image.")
    private long seed;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description =
                    "Folder for report.md and the images. It is created if it does not exist. Default: no" + " report.")
    private @Nullable Path report;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Number of threads per operation. Default: one per processor.")
    private @Nullable Integer threads;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> all = PromptFile.read(prompts);
        List<String> asked = count == null ? all : all.subList(0, Math.min(count, all.size()));
        if (report != null) {
            createFolder(report);
        }
        TorchSettings.configure(threads == null ? Runtime.getRuntime().availableProcessors() : threads);
        try (StableDiffusion model = StableDiffusion.open(folder, Device.cpu(), Precision.FLOAT32)) {
            StudentArgument wanted = StudentArgument.find(adapter, gateway);
            LoraAdapter student = LoraFile.read(wanted.file(), model.weights(), wanted.textEncoder());
            Evaluation evaluation = new Evaluation(
                    model, scale(wanted), steps, rowsAtOnce, model.defaultSize(), model.defaultSize(), seed);
            Evaluation.Result result = evaluation.of(
                    student, asked, done -> System.err.println(done + " of " + asked.size() + " prompts evaluated"));
            EvaluationReport found = EvaluationReport.of(result, evaluation.speed(student, asked.get(0)));
            if (report != null) {
                found.write(report, result.images());
            }
            json.printResult(found, EvaluationReport::markdown);
            return ExitCode.OK;
        } catch (ModelFileException | AdapterException e) {
            throw new FleetException(e.getMessage());
        }
    }

    private static void createFolder(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new FleetException("--report: expected a folder, found a file: " + folder);
        }
        Files.createDirectories(folder);
    }

    private double scale(StudentArgument student) {
        if (guidance != null) {
            return guidance;
        }
        return student.guidance() == null ? DEFAULT_GUIDANCE : student.guidance();
    }
}
