// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.engine.EngineBench.Report;
import io.lorafleet.standalone.bench.engine.EngineBench.Rows;
import io.lorafleet.standalone.bench.engine.EngineBench.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

@Command(
        name = "engine",
        sortOptions = false,
        description = {
            "Measures a UNet step for one batch on this machine, without Kafka.",
            "The teacher needs two rows for each image (guidance); a student needs one."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} bench engine --model deploy/demo-model --batch 8 --json"})
public final class BenchEngineCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    private Model model;

    private static final class Model {
        @Option(
                names = "--model",
                paramLabel = "PATH",
                description = "Base model: a folder in the diffusers layout, or a single-file checkpoint.")
        private @Nullable Path folder;

        @Option(
                names = "--arch",
                paramLabel = "NAME",
                description = "Architecture of a UNet with random weights, instead of --model:"
                        + " ${COMPLETION-CANDIDATES}.")
        private Architecture architecture;
    }

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of images in the batch (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description =
                    "Width and height of the images, in pixels. Default: the size at which the model was" + " trained.")
    private @Nullable Integer size;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "Precision of the UNet: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Precision precision;

    @Option(names = "--student", description = "Uses one row for each image instead of two.")
    private boolean student;

    @Option(
            names = "--adapter-rank",
            paramLabel = "R",
            defaultValue = "0",
            description = "Rank of the random adapters, one for each row, on all attention layers; 0 for no"
                    + " adapters (default: ${DEFAULT-VALUE}).")
    private int adapterRank;

    @Option(
            names = "--beside",
            paramLabel = "WHAT",
            description = {
                "Second batch, measured alternately with the first to print the ratio of their times:"
                        + " ${COMPLETION-CANDIDATES}.",
                "teacher: two rows for each image. base: the same rows without adapters.",
                "alone: the same images, each in its own batch."
            })
    private @Nullable Beside beside;

    private enum Beside {
        TEACHER,
        BASE,
        ALONE
    }

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10",
            description = "Number of measured steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "2",
            description = "Number of warm-up steps (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Number of threads per operation. Default: one per processor.")
    private @Nullable Integer threads;

    @Option(names = "--json", description = "Prints the result as JSON, with the time of each step.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        TorchSettings.configure(threads == null ? Runtime.getRuntime().availableProcessors() : threads);
        Rows rows = new Rows(student ? batch : 2 * batch, adapterRank, 1);
        Workload workload = new Workload(rows, besides(rows), size, precision, warmUp, steps);
        Report report;
        try {
            report = model.folder == null
                    ? EngineBench.run(model.architecture, workload)
                    : EngineBench.run(model.folder, workload);
        } catch (ModelFileException | IllegalArgumentException e) {
            throw new FleetException(e.getMessage());
        }
        System.out.println(
                json ? new String(Json.write(report), StandardCharsets.UTF_8) : describe(report, rows.count()));
        return ExitCode.OK;
    }

    private @Nullable Rows besides(Rows rows) {
        if (beside == null) {
            return null;
        }
        return switch (beside) {
            case TEACHER -> new Rows(2 * batch, 0, 1);
            case BASE -> new Rows(rows.count(), 0, 1);
            case ALONE -> new Rows(rows.count(), adapterRank, batch);
        };
    }

    private String describe(Report report, int rows) {
        String line = String.format(
                Locale.ROOT,
                "%d rows of %d x %d: %.3f s per step (median of %d; fastest %.3f), %.3f image-steps per second, "
                        + "peak memory %d MiB",
                rows,
                report.size(),
                report.size(),
                report.medianSeconds(),
                steps,
                report.fastestSeconds(),
                batch / report.medianSeconds(),
                report.peakMebibytes());
        return beside == null || report.besideMedianSeconds() == null
                ? line
                : line
                        + String.format(
                                Locale.ROOT,
                                "%n%.3f s per step of %s: ratio %.3f",
                                report.besideMedianSeconds(),
                                switch (beside) {
                                    case TEACHER -> "the teacher";
                                    case BASE -> "the base alone";
                                    case ALONE -> "one image at a time";
                                },
                                report.medianSeconds() / report.besideMedianSeconds());
    }
}
