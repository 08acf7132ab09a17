// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/**
 * A student that a worker tries beside the request on the way, to see how near it comes to the guided teacher. It
 * changes no image; the difference is a metric of the worker.
 *
 * @param student with the scale at which it should give the guidance
 * @param guidanceScale of the teacher that it is held against
 */
public record ShadowStudent(AppliedAdapter student, double guidanceScale) {
    public ShadowStudent {
        Check.present("shadow.student", student);
        // At 1 there is no guidance, and nothing to compare.
        Check.range("shadow.guidanceScale", Math.nextUp(1.0), GenerateImage.MAX_GUIDANCE_SCALE, guidanceScale);
    }
}
