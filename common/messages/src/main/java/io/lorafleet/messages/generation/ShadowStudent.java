// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/**
 * A student that a worker measures against the guided teacher on a request's latents. The measurement does not change
 * the images.
 *
 * @param student student, with the adapter scale that corresponds to the guidance scale
 * @param guidanceScale guidance scale of the teacher that the student is compared with
 */
public record ShadowStudent(AppliedAdapter student, double guidanceScale) {
    public ShadowStudent {
        Check.present("shadow.student", student);
        // At a scale of 1, there is no guidance to compare with.
        Check.range("shadow.guidanceScale", Math.nextUp(1.0), GenerateImage.MAX_GUIDANCE_SCALE, guidanceScale);
    }
}
