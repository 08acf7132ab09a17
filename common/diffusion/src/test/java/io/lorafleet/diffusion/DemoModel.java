// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.Device;
import java.nio.file.Path;

/** The small demo pipeline of the project. */
public final class DemoModel {
    static final Path FOLDER = Path.of("../../deploy/demo-model");

    private DemoModel() {}

    public static StableDiffusion open() {
        TorchSettings.configure(1); // for arrays this small, a second thread costs more than it saves
        return StableDiffusion.open(FOLDER, Device.cpu(), Precision.FLOAT32);
    }
}
