// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.testkit.DemoControlNet;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** Configures a worker with the demo model and two ControlNets, {@code depth} and {@code edges}. */
public final class DemoModelResource implements QuarkusTestResourceLifecycleManager {
    private static final Path MODEL = Path.of("../deploy/demo-model");
    /** The files are the same for every test class. */
    public static final Path CONTROL_NETS = Path.of("target/control-nets");

    @Override
    public Map<String, String> start() {
        try {
            DemoControlNet.write(MODEL, CONTROL_NETS.resolve("depth"), 1);
            DemoControlNet.write(MODEL, CONTROL_NETS.resolve("edges"), 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(
                "lorafleet.model",
                MODEL.toString(),
                "lorafleet.worker.control-nets",
                CONTROL_NETS.toString(),
                "lorafleet.worker.id",
                "worker-of-the-test",
                // For arrays as small as the demo model's, a second thread costs more than it saves.
                "lorafleet.worker.threads",
                "1");
    }

    @Override
    public void stop() {}
}
