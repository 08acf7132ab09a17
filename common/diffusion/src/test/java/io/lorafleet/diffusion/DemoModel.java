// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.Device;
import java.nio.file.Path;

/** The small pipeline that the project carries. */
final class DemoModel {
    static final Path FOLDER = Path.of("../../deploy/demo-model");

    private DemoModel() {}

    static StableDiffusion open() {
        TorchSettings.configure(1); // for arrays as small as these, a second thread costs more than it brings
        return StableDiffusion.open(FOLDER, Device.cpu(), Precision.FLOAT32);
    }
}
