// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.generation.GenerationProgress;

/** Hears how a request goes. Nothing depends on it, so it must not block or fail. */
public interface ProgressListener {
    void report(GenerationProgress progress);
}
