// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.doctor;

import ai.djl.engine.Engine;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.nn.PackedWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks of PyTorch, and what a worker would use. */
final class EngineChecks {
    private EngineChecks() {}

    /**
     * Loads PyTorch.
     *
     * @param threads threads of each worker
     * @param environment environment variables, which the workers of {@code fleet up} inherit
     */
    static List<Finding> of(int threads, Map<String, String> environment) {
        TorchSettings.configure(threads);
        List<Finding> findings = new ArrayList<>();
        boolean bfloat16;
        try {
            Engine engine = Engine.getEngine("PyTorch");
            findings.add(Finding.ok("pytorch", "PyTorch " + engine.getVersion() + " can be loaded."));
            int gpus = engine.getGpuCount();
            findings.add(Finding.ok(
                    "gpu",
                    gpus == 0
                            ? "PyTorch found no GPU; workers use the CPU."
                            : "PyTorch found " + gpus + (gpus == 1 ? " GPU." : " GPUs.")));
            bfloat16 = PackedWeights.supportBfloat16();
        } catch (RuntimeException | LinkageError e) {
            findings.add(Finding.problem(
                    "pytorch",
                    "PyTorch cannot be loaded: " + e.getMessage()
                            + ". Check that ~/.djl.ai, or the folder in DJL_CACHE_DIR, is writable."));
            return findings;
        }
        findings.add(precision(environment.getOrDefault("LORAFLEET_WORKER_PRECISION", "float32"), bfloat16));
        String used = environment.getOrDefault("LORAFLEET_WORKER_THREADS", Integer.toString(threads));
        findings.add(Finding.ok(
                "threads",
                "Each worker uses " + used + (used.equals("1") ? " thread" : " threads") + " for one operation."));
        String rows = environment.get("LORAFLEET_WORKER_MAX_BATCH_ROWS");
        findings.add(Finding.ok(
                "batch limit",
                rows == null
                        ? "Each worker measures the best number of rows when it starts."
                        : "A batch has at most " + rows + " rows (LORAFLEET_WORKER_MAX_BATCH_ROWS)."));
        return findings;
    }

    private static Finding precision(String chosen, boolean bfloat16) {
        String used = "Workers use " + chosen + ".";
        if (chosen.equals("bfloat16") && !bfloat16) {
            return Finding.problem("precision", used + " bfloat16 needs a processor with AVX-512; use float32.");
        }
        return Finding.ok(
                "precision",
                used
                        + (bfloat16 && !chosen.equals("bfloat16")
                                ? " LORAFLEET_WORKER_PRECISION=bfloat16 would be faster, and changes images slightly."
                                : ""));
    }
}
