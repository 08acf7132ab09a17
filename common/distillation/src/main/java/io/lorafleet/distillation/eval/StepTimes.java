// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.eval;

/**
 * Median times for all steps of an image, excluding text encoding and decoding.
 *
 * @param rows UNet rows per batch: one per image for the student, two for the teacher
 * @param teacherSeconds seconds per image with guidance
 * @param studentSeconds seconds per image with the adapter and without guidance
 */
public record StepTimes(int rows, double teacherSeconds, double studentSeconds) {

    /** @return the student's time divided by the teacher's time */
    public double ratio() {
        return studentSeconds / teacherSeconds;
    }
}
