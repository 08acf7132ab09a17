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
 * Executes two training steps on a pipeline folder's reference inputs and compares the target, the losses, the
 * gradients and the updated factors with {@code expected_distill.safetensors}.
 */
public final class DistillationParity {
    /** Rank of the reference adapter, which covers all attention layers with alpha = rank. */
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
     * Compares the training steps with a pipeline folder's reference tensors. Does nothing if the folder has no
     * {@code expected_distill.safetensors}.
     *
     * @param folder a pipeline folder
     * @param results receives the result for each reference tensor
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
        NDArray target = teacher.predict(latents, timesteps, text, emptyPrompt(text), scope)
                .guided();
        results.accept(expected.compare("distill/target", "target", target));
        TrainingBatch batch =
                new TrainingBatch(latents, timesteps, text, target, scope.ones(new Shape(timesteps.length)));
        double learningRate = Double.parseDouble(expected.metadata("lr"));
        double weightDecay = Double.parseDouble(expected.metadata("weight_decay"));
        try (LoraStudent student = LoraStudent.begin(model.unet(), TargetModules.ATTENTION, RANK, RANK, 0, scope);
                AdamW optimizer = new AdamW(student.parameters(), weightDecay, scope)) {
            student.set(factors(student, scope));
            for (int step = 1; step <= 2; step++) {
                optimizer.clear();
                float loss = (float) Loss.backward(student, batch, 1, scope);
                results.accept(
                        expected.compare("distill/loss." + step, "loss." + step, scope.create(new float[] {loss})));
                if (step == 1) {
                    student.parameters().forEach((name, factor) -> compare("grad.", name, Gradients.of(factor, scope)));
                }
                optimizer.step(learningRate);
                String after = "after" + step + ".";
                student.parameters().forEach((name, factor) -> {
                    if (after.equals("after1.") && isOverwritten(name, scope)) {
                        results.accept(new ParityResult.Skipped(
                                "distill/after1." + name,
                                "the reference file contains the values after step 2 instead"));
                    } else {
                        compare(after, name, factor);
                    }
                });
            }
        }
        expected.unused().forEach(name -> results.accept(new ParityResult.Skipped("distill/" + name, "not computed")));
    }

    private Map<String, float[]> factors(LoraStudent student, NDManager scope) {
        Map<String, float[]> factors = new HashMap<>();
        student.parameters()
                .keySet()
                .forEach(name -> factors.put(
                        name, expected.read("before." + peftName(name), scope).toFloatArray()));
        return factors;
    }

    /** The reference script stores some arrays without copying them, so the next step overwrites them. */
    private boolean isOverwritten(String name, NDManager scope) {
        String tensor = peftName(name);
        return expected.read("after1." + tensor, scope).equals(expected.read("after2." + tensor, scope));
    }

    private void compare(String prefix, String name, NDArray found) {
        results.accept(expected.compare("distill/" + prefix + name, prefix + peftName(name), found));
    }

    /** In PEFT, the name of a parameter also contains the name of the adapter. */
    private static String peftName(String parameter) {
        return parameter.replace(".weight", ".default.weight");
    }

    private Conditioning text(NDManager scope) {
        NDArray context = inputs.read("context", scope);
        return inputs.has("time_ids")
                ? new Conditioning(context, inputs.read("text2.text_embeds", scope), inputs.read("time_ids", scope))
                : Conditioning.of(context);
    }

    /** Returns, for all rows, the conditioning for the second reference prompt, which is empty. */
    private static Conditioning emptyPrompt(Conditioning text) {
        return new Conditioning(
                repeatSecond(text.context()), text.pooled() == null ? null : repeatSecond(text.pooled()), text.sizes());
    }

    private static NDArray repeatSecond(NDArray rows) {
        return rows.get(new NDIndex("1:2")).repeat(0, rows.getShape().get(0));
    }
}
