// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import ai.djl.Device;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.TorchSettings;
import io.lorafleet.diffusion.checkpoint.Pipelines;
import java.nio.file.Path;

/**
 * The base model, which is in memory only during a run, because a trainer is idle most of the time.
 *
 * @param threads number of CPU threads per operation
 */
record LazyBaseModel(Path path, int threads) {

    /** @return the model, for the calling thread; the caller must close it */
    StableDiffusion open() {
        TorchSettings.configure(threads);
        StableDiffusion model = StableDiffusion.openForTraining(path, Device.cpu());
        TorchSettings.prepareThread();
        return model;
    }

    /**
     * @return the fingerprint that workers report; see {@link
     *     io.lorafleet.messages.worker.WorkerStatus.BaseModel#fingerprint}
     */
    String fingerprint() {
        return Pipelines.open(path).fingerprint("unet");
    }
}
