// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

/**
 * Medians of what a picture takes, its steps without text and decoding, drawn in turn.
 *
 * @param rows of a step, one for each picture of the student, two for each of the teacher; a picture takes its share
 * @param teacherSeconds with guidance
 * @param studentSeconds with the adapter, without
 */
public record Speed(int rows, double teacherSeconds, double studentSeconds) {

    /** @return student's time in parts of the teacher's */
    public double ratio() {
        return studentSeconds / teacherSeconds;
    }
}
