// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.distillation.adherence.Scene.Background;
import java.awt.Rectangle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads off an image of the demo model what it shows: the background, and the things that differ from it. */
public final class SceneReader {
    /** How far from a background's RGB value a colour may be, and is still that background. */
    private static final double FOREIGN_GROUND = 60;

    /** How far from the background a pixel of a thing is: the light stripes of orange and beige are 25 apart. */
    private static final double CONTRAST = 24;

    /** One pixel in so many, or fewer, are no thing. The smallest star covers 3 %. */
    private static final int LEAST_PART = 100;

    /** The model draws diamonds up to 1.75 times as high as wide, and two things that touch are at least twice as long. */
    private static final double LONGEST = 1.8;

    private final int width;
    private final int height;
    private final Rgb[] pixels;

    private SceneReader(RgbImage image) {
        width = image.width();
        height = image.height();
        pixels = Rgb.pixels(image);
    }

    /**
     * What an image shows.
     *
     * @param background null if it is none of those that a prompt can name
     * @param objects the largest one first
     */
    public record Reading(@Nullable Background background, List<Seen> objects) {
        public Reading {
            objects = List.copyOf(objects);
        }
    }

    /**
     * A thing in an image.
     *
     * @param x of its centre, in pixels from the left
     * @param y of its centre, in pixels from the top
     * @param area in pixels
     */
    public record Seen(SceneObject object, double x, double y, int area) {}

    public static Reading read(RgbImage image) {
        return new SceneReader(image).read();
    }

    private Reading read() {
        Rgb ground = ground();
        int leastPixels = 1 + width * height / LEAST_PART;
        SceneObjectReader reader = new SceneObjectReader(pixels, ground);
        // Grown and shrunk again: what narrow and faint stripes divide is one thing.
        List<Seen> objects = Mask.of(width, height, pixel -> pixels[pixel].distance(ground) > CONTRAST)
                .grown()
                .shrunk()
                .parts(leastPixels)
                .stream()
                .flatMap(this::cut)
                .filter(half -> half.count() >= leastPixels)
                .map(reader::read)
                .sorted(Comparator.comparing(Seen::area).reversed())
                .toList();
        return new Reading(background(ground), objects);
    }

    /** @return the median of the image's border, channel by channel: no thing covers half of that */
    private Rgb ground() {
        List<Rgb> border = IntStream.range(0, width * height)
                .filter(pixel -> pixel % width == 0
                        || pixel % width == width - 1
                        || pixel / width == 0
                        || pixel / width == height - 1)
                .mapToObj(pixel -> pixels[pixel])
                .toList();
        return new Rgb(median(border, Rgb::red), median(border, Rgb::green), median(border, Rgb::blue));
    }

    private static double median(List<Rgb> colours, ToDoubleFunction<Rgb> channel) {
        return colours.stream().mapToDouble(channel).sorted().toArray()[colours.size() / 2];
    }

    private static @Nullable Background background(Rgb ground) {
        return Arrays.stream(Background.values())
                .min(Comparator.comparing(background -> background.rgb.distance(ground)))
                .filter(background -> background.rgb.distance(ground) < FOREIGN_GROUND)
                .orElse(null);
    }

    /** @return the two things that such a long part must be, divided where it is thinnest; or the part */
    private Stream<Mask> cut(Mask part) {
        Rectangle bounds = part.bounds();
        if (bounds.width > LONGEST * bounds.height) {
            return cut(part, bounds.x, bounds.width, pixel -> pixel % width);
        }
        if (bounds.height > LONGEST * bounds.width) {
            return cut(part, bounds.y, bounds.height, pixel -> pixel / width);
        }
        return Stream.of(part);
    }

    private static Stream<Mask> cut(Mask part, int start, int length, IntUnaryOperator position) {
        int thinnest = IntStream.range(start + length / 3, start + 2 * length / 3)
                .boxed()
                .min(Comparator.comparing(at ->
                        part.where(pixel -> position.applyAsInt(pixel) == at).count()))
                .orElseThrow();
        return Stream.of(
                part.where(pixel -> position.applyAsInt(pixel) < thinnest),
                part.where(pixel -> position.applyAsInt(pixel) > thinnest));
    }
}
