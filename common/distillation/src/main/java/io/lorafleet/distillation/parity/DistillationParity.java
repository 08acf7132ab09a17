// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.parity;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.parity.Parity;
import io.lorafleet.diffusion.parity.ParityResult;
import io.lorafleet.diffusion.parity.ReferenceTensors;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.distillation.data.TrainingBatch;
import io.lorafleet.distillation.model.LoraStudent;
import io.lorafleet.distillation.model.TargetModules;
import io.lorafleet.distillation.model.Teacher;
import io.lorafleet.distillation.optim.AdamW;
import io.lorafleet.distillation.optim.Loss;
import io.lorafleet.distillation.tensor.Gradients;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Distils on the inputs of a pipeline folder's {@code expected_distill.safetensors}, and compares the target, the
 * losses, every gradient, and what two steps of AdamW make of the factors.
 */
public final class DistillationParity {
    /** The reference's adapter: over all attention layers, alpha = rank. */
    private static final int RANK = 4;

    private final ReferenceTensors inputs;
    private final ReferenceTensors expected;
    private final Consumer<ParityResult> results;

    private DistillationParity(Path folder, Consumer<ParityResult> results) {
        this.inputs = new ReferenceTensors(Safetensors.open(folder.resolve(Parity.EXPECTED)));
        this.expected = new ReferenceTensors(Safetensors.open(folder.resolve(Parity.EXPECTED_DISTILL)));
        this.results = results;
    }

    /**
     * @param folder a pipeline folder; without that file, nothing is compared
     * @param results hears of every reference tensor, as soon as it is done
     */
    public static void check(Path folder, Consumer<ParityResult> results) {
        if (!Files.isRegularFile(folder.resolve(Parity.EXPECTED_DISTILL))) {
            return;
        }
        try (StableDiffusion model = StableDiffusion.openForTraining(folder, Device.cpu());
                NDManager scope = model.owner().newSubManager()) {
            new DistillationParity(folder, results).distil(model, scope);
        }
    }

    private void distil(StableDiffusion model, NDManager scope) {
        NDArray latents = inputs.read("unet.sample", scope);
        double[] timesteps = inputs.doubles("unet.timestep");
        Conditioning text = text(scope);
        Teacher teacher = new Teacher(model.unet(), Double.parseDouble(expected.metadata("guidance")));
        NDArray target =
                teacher.predict(latents, timesteps, text, nothing(text), scope).guided();
        results.accept(expected.compare("distill/target", "target", target));
        TrainingBatch batch =
                new TrainingBatch(latents, timesteps, text, target, scope.ones(new Shape(timesteps.length)));
        double learningRate = Double.parseDouble(expected.metadata("lr"));
        double weightDecay = Double.parseDouble(expected.metadata("weight_decay"));
        try (LoraStudent student = LoraStudent.begin(model.unet(), TargetModules.ATTENTION, RANK, RANK, 0, scope);
                AdamW optimiser = new AdamW(student.parameters(), weightDecay, scope)) {
            student.set(factors(student, scope));
            for (int step = 1; step <= 2; step++) {
                optimiser.clear();
                float loss = (float) Loss.backward(student, batch, 1, scope);
                results.accept(
                        expected.compare("distill/loss." + step, "loss." + step, scope.create(new float[] {loss})));
                if (step == 1) {
                    student.parameters().forEach((name, factor) -> compare("grad.", name, Gradients.of(factor, scope)));
                }
                optimiser.step(learningRate);
                String after = "after" + step + ".";
                student.parameters().forEach((name, factor) -> {
                    if (after.equals("after1.") && keptLater(name, scope)) {
                        results.accept(new ParityResult.Skipped(
                                "distill/after1." + name, "the reference has what came after step 2 here, too"));
                    } else {
                        compare(after, name, factor);
                    }
                });
            }
        }
        expected.unused()
                .forEach(name -> results.accept(new ParityResult.Skipped("distill/" + name, "nothing makes it")));
    }

    private Map<String, float[]> factors(LoraStudent student, NDManager scope) {
        Map<String, float[]> factors = new HashMap<>();
        student.parameters()
                .keySet()
                .forEach(name -> factors.put(
                        name, expected.read("before." + inPeft(name), scope).toFloatArray()));
        return factors;
    }

    /** A script that keeps an array and not a copy of it keeps what the next step makes of it. */
    private boolean keptLater(String name, NDManager scope) {
        String tensor = inPeft(name);
        return expected.read("after1." + tensor, scope).equals(expected.read("after2." + tensor, scope));
    }

    private void compare(String prefix, String name, NDArray found) {
        results.accept(expected.compare("distill/" + prefix + name, prefix + inPeft(name), found));
    }

    /** PEFT names the adapter, too. */
    private static String inPeft(String parameter) {
        return parameter.replace(".weight", ".default.weight");
    }

    private Conditioning text(NDManager scope) {
        NDArray context = inputs.read("context", scope);
        return inputs.has("time_ids")
                ? new Conditioning(context, inputs.read("text2.text_embeds", scope), inputs.read("time_ids", scope))
                : Conditioning.of(context);
    }

    /** The reference's second prompt is empty. */
    private static Conditioning nothing(Conditioning text) {
        return new Conditioning(
                everywhere(text.context()), text.pooled() == null ? null : everywhere(text.pooled()), text.sizes());
    }

    private static NDArray everywhere(NDArray rows) {
        return rows.get(new NDIndex("1:2")).repeat(0, rows.getShape().get(0));
    }
}
