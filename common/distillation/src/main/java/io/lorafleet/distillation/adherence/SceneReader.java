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

/** Recognizes the scene in an image of the demo model: the background and the objects. */
public final class SceneReader {
    /** Maximum RGB distance of the image border from a background. */
    private static final double MAX_BACKGROUND_DISTANCE = 60;

    /**
     * Minimum RGB distance between object and background. The light stripes of an orange object and a beige background
     * are 25 apart.
     */
    private static final double MIN_CONTRAST = 24;

    /** Parts smaller than 1/100 of the image are not objects. The smallest star covers 3%. */
    private static final int MIN_PART_FRACTION = 100;

    /** Maximum aspect ratio of an object: up to 1.75 for generated diamonds, at least 2 for two objects that touch. */
    private static final double MAX_ASPECT_RATIO = 1.8;

    private final int width;
    private final int height;
    private final Rgb[] pixels;

    private SceneReader(RgbImage image) {
        width = image.width();
        height = image.height();
        pixels = Rgb.pixels(image);
    }

    /**
     * The recognized scene.
     *
     * @param background the background; null if it is unknown
     * @param objects the objects, largest first
     */
    public record Reading(@Nullable Background background, List<Seen> objects) {
        public Reading {
            objects = List.copyOf(objects);
        }
    }

    /**
     * A recognized object.
     *
     * @param x center, in pixels from the left
     * @param y center, in pixels from the top
     * @param area area in pixels
     */
    public record Seen(SceneObject object, double x, double y, int area) {}

    public static Reading read(RgbImage image) {
        return new SceneReader(image).read();
    }

    private Reading read() {
        Rgb ground = ground();
        int minPixels = 1 + width * height / MIN_PART_FRACTION;
        SceneObjectReader reader = new SceneObjectReader(pixels, ground);
        // Growing and then shrinking rejoins objects that are divided by narrow, faint stripes.
        List<Seen> objects = Mask.of(width, height, pixel -> pixels[pixel].distance(ground) > MIN_CONTRAST)
                .grown()
                .shrunk()
                .parts(minPixels)
                .stream()
                .flatMap(this::cut)
                .filter(half -> half.count() >= minPixels)
                .map(reader::read)
                .sorted(Comparator.comparing(Seen::area).reversed())
                .toList();
        return new Reading(background(ground), objects);
    }

    /** @return the median of each channel along the image border, of which objects cover less than half */
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
                .filter(background -> background.rgb.distance(ground) < MAX_BACKGROUND_DISTANCE)
                .orElse(null);
    }

    /** @return the part, or two parts cut at its thinnest position if it is too long for one object */
    private Stream<Mask> cut(Mask part) {
        Rectangle bounds = part.bounds();
        if (bounds.width > MAX_ASPECT_RATIO * bounds.height) {
            return cut(part, bounds.x, bounds.width, pixel -> pixel % width);
        }
        if (bounds.height > MAX_ASPECT_RATIO * bounds.width) {
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
