// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import ai.djl.Device;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.weights.PipelineFolder;
import java.nio.file.Path;

/**
 * The base model, which is in memory only while a run needs it: a trainer waits most of the time.
 *
 * @param threads of one operation
 */
record LazyBaseModel(Path folder, int threads) {

    /** @return for this thread; to be closed by the caller */
    StableDiffusion open() {
        TorchSettings.configure(threads);
        StableDiffusion model = StableDiffusion.openForTraining(folder, Device.cpu());
        TorchSettings.prepareThread();
        return model;
    }

    /** @return as the workers tell it: see {@link io.lorafleet.messages.worker.WorkerStatus.BaseModel#fingerprint} */
    String fingerprint() {
        return PipelineFolder.open(folder).fingerprint("unet");
    }
}
