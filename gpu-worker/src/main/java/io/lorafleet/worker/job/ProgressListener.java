// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.generation.GenerationProgress;

/** Receives the progress of a request. Progress reports are best effort, so a listener must not block or throw. */
public interface ProgressListener {
    /** Receives one event. */
    void report(GenerationProgress progress);
}
