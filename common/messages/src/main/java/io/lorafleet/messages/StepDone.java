package io.lorafleet.messages;

/**
 * One sampler step is done.
 *
 * @param step steps done so far over all pictures of the request, from 1
 * @param steps {@link GenerateImage#allSteps} of the request
 */
public record StepDone(String requestId, int step, int steps) implements GenerationProgress {
    public StepDone {
        Check.id("requestId", requestId);
        Check.range("step", 1, steps, step);
    }
}
