// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.eval;

/**
 * Medians of what an image takes, its steps without text and decoding, drawn in turn.
 *
 * @param rows of a step, one for each image of the student, two for each of the teacher; an image takes its share
 * @param teacherSeconds with guidance
 * @param studentSeconds with the adapter, without
 */
public record StepTimes(int rows, double teacherSeconds, double studentSeconds) {

    /** @return student's time in parts of the teacher's */
    public double ratio() {
        return studentSeconds / teacherSeconds;
    }
}
