// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A sampler step of one image is complete.
 *
 * @param requestId id of the request
 * @param step number of completed steps over all images of the request, starting at 1
 * @param steps {@link GenerateImage#allSteps} of the request
 * @param preview preview of the image after the step; null for most steps
 */
public record StepDone(
        String requestId, int step, int steps, @Nullable Preview preview) implements GenerationProgress {
    public StepDone {
        Check.id("requestId", requestId);
        Check.range("step", 1, steps, step);
    }

    @Override
    public <R> R match(Function<GenerationStarted, R> started, Function<StepDone, R> stepDone) {
        return stepDone.apply(this);
    }
}
