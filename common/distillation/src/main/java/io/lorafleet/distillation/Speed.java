package io.lorafleet.distillation;

/**
 * Medians of what one picture alone takes, its steps without text and decoding, drawn in turn.
 *
 * @param teacherSeconds with guidance
 * @param studentSeconds with the adapter, without
 */
public record Speed(double teacherSeconds, double studentSeconds) {

    /** @return student's time in parts of the teacher's */
    public double ratio() {
        return studentSeconds / teacherSeconds;
    }
}
