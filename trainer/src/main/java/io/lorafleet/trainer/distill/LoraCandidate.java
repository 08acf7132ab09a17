// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.AdapterException;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraWriter;
import io.lorafleet.distillation.DistillationException;
import io.lorafleet.distillation.model.StudentMetadata;
import io.lorafleet.trainer.evaluate.QualityGate;
import java.util.List;

/**
 * A trained LoRA adapter and its parent.
 *
 * @param model the base; closed with this candidate
 */
record LoraCandidate(
        StableDiffusion model, RunInputs inputs, LoraAdapter parent, LoraAdapter adapter, List<String> heldOut)
        implements Candidate {

    @Override
    public QualityGate.Verdict check(QualityGate gate, RunObserver observer) throws RunRejectedException {
        try {
            return gate.judge(
                    model,
                    inputs.guidance(),
                    parent,
                    adapter,
                    heldOut,
                    inputs.lineage().seed(),
                    done -> observer.check());
        } catch (AdapterException | DistillationException e) {
            throw new RunRejectedException(e);
        }
    }

    @Override
    public byte[] file() {
        return LoraWriter.write(adapter, StudentMetadata.of(model, inputs.adapter(), inputs.guidance()));
    }

    @Override
    public int rank() {
        return adapter.rank();
    }

    @Override
    public void close() {
        model.close();
    }
}
