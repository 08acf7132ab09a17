// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.distillation.TrainingMethod;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.engine.TrainingBench.Report;
import io.lorafleet.standalone.bench.engine.TrainingBench.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "training",
        sortOptions = false,
        description = {
            "Measures the peak memory and the time per step of the four training methods, each in"
                    + " its own process, and compares the memory with table 1 of Golnari, LoRA-Enhanced"
                    + " Distillation.",
            "The weights are random. Full training of SD 1.5 needs about 20 GiB of memory."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} bench training --arch sd15 --batch 2 --steps 3"})
public final class BenchTrainingCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(
            names = "--arch",
            paramLabel = "NAME",
            required = true,
            description = "Architecture of the UNet: ${COMPLETION-CANDIDATES}.")
    private Architecture architecture;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description =
                    "Width and height of the images, in pixels. Default: the size at which the model was" + " trained.")
    private @Nullable Integer size;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of rows per step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--rank",
            paramLabel = "R",
            defaultValue = "16",
            description = "Rank of the LoRA factors (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "3",
            description = "Number of optimizer steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--teacher-precision",
            paramLabel = "NAME",
            defaultValue = "float32",
            description = "Precision of a teacher that has its own weights: ${COMPLETION-CANDIDATES} (default:"
                    + " ${DEFAULT-VALUE}).")
    private Precision teacherPrecision;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "Measures only this method, in this process: ${COMPLETION-CANDIDATES}.")
    private @Nullable TrainingMethod method;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Number of threads per operation. Default: one per processor.")
    private @Nullable Integer threads;

    @Option(names = "--json", description = "Prints the result as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (method != null) {
            TorchSettings.configure(threads == null ? Runtime.getRuntime().availableProcessors() : threads);
            print(TrainingBench.run(new Workload(architecture, method, teacherPrecision, size, batch, rank, steps)));
            return ExitCode.OK;
        }
        Map<TrainingMethod, Report> reports = new EnumMap<>(TrainingMethod.class);
        for (TrainingMethod each : TrainingMethod.values()) {
            reports.put(each, inChildProcess(each));
        }
        System.out.println(json ? new String(Json.write(reports), StandardCharsets.UTF_8) : table(reports));
        return ExitCode.OK;
    }

    private void print(Report report) {
        System.out.println(
                json
                        ? new String(Json.write(report), StandardCharsets.UTF_8)
                        : String.format(
                                Locale.ROOT,
                                "%s: peak memory %d MiB, %.1f s per step",
                                method,
                                report.peakMebibytes(),
                                report.medianSeconds()));
    }

    private Report inChildProcess(TrainingMethod each) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                command.root().userObject().getClass().getName(),
                "bench",
                "training",
                "--json",
                "--arch=" + architecture,
                "--method=" + each,
                "--teacher-precision=" + teacherPrecision,
                "--batch=" + batch,
                "--rank=" + rank,
                "--steps=" + steps));
        if (size != null) {
            arguments.add("--size=" + size);
        }
        if (threads != null) {
            arguments.add("--threads=" + threads);
        }
        System.err.println("measuring " + each);
        Process process = new ProcessBuilder(arguments)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .directory(Path.of(".").toFile())
                .start();
        byte[] out = process.getInputStream().readAllBytes();
        int code = process.waitFor();
        if (code != ExitCode.OK) {
            throw new FleetException(
                    each + ": the process exited with code " + code + (code == 137 ? ", probably out of memory" : ""));
        }
        return Json.read(out, Report.class);
    }

    private static String table(Map<TrainingMethod, Report> reports) {
        double base = Objects.requireNonNull(reports.get(TrainingMethod.FULL), "full training was not measured")
                .peakMebibytes();
        StringBuilder text = new StringBuilder(String.format(
                "| method | peak, GiB | of full | paper, GB | of full | s per step |%n|---|---|---|---|---|---|%n"));
        reports.forEach((each, report) -> text.append(String.format(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %.1f | %.2f | %.2f |%n",
                each.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                report.peakMebibytes() / 1024.0,
                report.peakMebibytes() / base,
                paper(each),
                paper(each) / paper(TrainingMethod.FULL),
                report.medianSeconds())));
        return text.toString();
    }

    /**
     * @return the GPU memory that Stable Diffusion 1.5 needs according to table 1 of LoRA-Enhanced Distillation, in
     *     gigabytes
     */
    private static double paper(TrainingMethod method) {
        return switch (method) {
            case FULL -> 21.0;
            case FULL_DISTILLATION -> 24.4;
            case LORA -> 9.6;
            case LORA_DISTILLATION -> 10.3;
        };
    }
}
