package io.lorafleet.distillation;

/**
 * Medians of what a picture takes, its steps without text and decoding, drawn in turn.
 *
 * @param together pictures of a batch; each takes its share
 * @param teacherSeconds with guidance
 * @param studentSeconds with the adapter, without
 */
public record Speed(int together, double teacherSeconds, double studentSeconds) {

    /** @return student's time in parts of the teacher's */
    public double ratio() {
        return studentSeconds / teacherSeconds;
    }
}
