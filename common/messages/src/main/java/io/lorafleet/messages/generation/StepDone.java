// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import org.jspecify.annotations.Nullable;

/**
 * One sampler step is done.
 *
 * @param step steps done so far over all images of the request, from 1
 * @param steps {@link GenerateImage#allSteps} of the request
 * @param preview of the image that made the step; null after most steps
 */
public record StepDone(
        String requestId, int step, int steps, @Nullable Preview preview) implements GenerationProgress {
    public StepDone {
        Check.id("requestId", requestId);
        Check.range("step", 1, steps, step);
    }
}
