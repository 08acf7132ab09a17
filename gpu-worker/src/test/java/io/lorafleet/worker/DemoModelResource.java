// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Configures a worker with the demo model. */
public final class DemoModelResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return Map.of(
                "lorafleet.model", "../deploy/demo-model",
                "lorafleet.worker.id", "worker-of-the-test",
                // For arrays as small as the demo model's, a second thread costs more than it saves.
                "lorafleet.worker.threads", "1");
    }

    @Override
    public void stop() {}
}
