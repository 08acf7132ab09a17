// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** The settings of a trainer with small runs on the demo model. */
public final class DemoModelResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return Map.ofEntries(
                Map.entry("lorafleet.model", "../deploy/demo-model"),
                Map.entry("lorafleet.trainer.threads", "1"),
                Map.entry("lorafleet.trainer.id", "trainer-of-the-test"),
                Map.entry("lorafleet.trainer.min-samples", "2"),
                Map.entry("lorafleet.trainer.run.steps", "2"),
                Map.entry("lorafleet.trainer.run.batch", "4"),
                Map.entry("lorafleet.trainer.run.prompts-per-round", "1"),
                Map.entry("lorafleet.trainer.run.sampler-steps", "2"),
                Map.entry("lorafleet.trainer.gate.margin", "1"),
                Map.entry("lorafleet.trainer.gate.adherence-margin", "1"),
                Map.entry("lorafleet.trainer.gate.max-prompts", "1"),
                Map.entry("lorafleet.trainer.gate.sampler-steps", "2"));
    }

    @Override
    public void stop() {}
}
