// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.lora.AdapterException;
import io.lorafleet.diffusion.parity.Parity;
import io.lorafleet.diffusion.parity.ParityResult;
import io.lorafleet.diffusion.parity.SamplerParity;
import io.lorafleet.diffusion.parity.TokenizerParity;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.distillation.parity.DistillationParity;
import io.lorafleet.standalone.FleetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "parity",
        description = {
            "Compares this implementation with reference outputs.",
            "The folder contains a model in the diffusers layout, expected.safetensors and, optionally,"
                    + " expected_lora.safetensors and expected_prompts.safetensors from the reference implementation."
                    + " Or it contains a tokenizer and expected_tokens.jsonl, or trajectories of samplers."
                    + " docs/parity.md lists the tensors. The command prints ||out - ref|| / ||ref|| for each"
                    + " tensor. The exit code is 1 if a value is above the tolerance, or if no tensor was compared."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} parity reference"})
public final class ParityCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Folder of the model and the reference outputs.")
    private Path folder;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            defaultValue = "1e-4",
            description = "Maximum relative error (default: ${DEFAULT-VALUE}). Token IDs must be equal.")
    private double tolerance;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description = "Precision of the UNet: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Precision precision;

    @Override
    public Integer call() {
        TorchSettings.configure(Runtime.getRuntime().availableProcessors());
        List<ParityResult.Compared> compared = new ArrayList<>();
        try {
            check(result -> {
                print(result);
                if (result instanceof ParityResult.Compared done) {
                    compared.add(done);
                }
            });
        } catch (ModelFileException | AdapterException e) {
            throw new FleetException(e.getMessage());
        }
        long above = compared.stream().filter(c -> !c.within(tolerance)).count();
        double largest = compared.stream()
                .mapToDouble(ParityResult.Compared::error)
                .max()
                .orElse(0);
        System.out.println(line(
                "%d tensors compared, largest error %.1e, %d above the tolerance of %.0e",
                compared.size(), largest, above, tolerance));
        return above == 0 && !compared.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void check(Consumer<ParityResult> results) {
        if (TokenizerParity.isFor(folder)) {
            TokenizerParity.check(folder, results);
        } else if (Files.isDirectory(folder) && SamplerParity.isFor(folder)) {
            SamplerParity.check(folder, results);
        } else {
            Parity.check(folder, precision, results);
            DistillationParity.check(folder, results);
        }
    }

    private void print(ParityResult result) {
        String text = result.match(
                compared -> line(
                        "%-36s %.2e  %s",
                        compared.tensor(), compared.error(), compared.within(tolerance) ? "ok" : "ABOVE"),
                skipped -> line("%-36s not compared: %s", skipped.tensor(), skipped.reason()));
        System.out.println(text);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
