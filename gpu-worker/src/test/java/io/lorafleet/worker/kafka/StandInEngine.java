// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.worker.job.ImageEngine;
import java.time.Duration;
import java.util.List;

/** An engine without a model, for tests of its callers. */
public interface StandInEngine extends ImageEngine {
    @Override
    default BaseModel model() {
        return new BaseModel("demo", "ab".repeat(32), 4, 64, SamplerName.DDIM);
    }

    @Override
    default List<PinnedControlNet> controlNets() {
        return List.of();
    }

    @Override
    default String device() {
        return "none";
    }

    @Override
    default Duration busyFor() {
        return Duration.ZERO;
    }
}
