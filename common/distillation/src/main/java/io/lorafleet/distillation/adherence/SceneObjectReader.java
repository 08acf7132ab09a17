// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.distillation.adherence.SceneObject.Colour;
import io.lorafleet.distillation.adherence.SceneObject.Shape;
import io.lorafleet.distillation.adherence.SceneObject.Size;
import io.lorafleet.distillation.adherence.SceneObject.Texture;
import io.lorafleet.distillation.adherence.SceneReader.Seen;
import java.awt.geom.Point2D;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Recognizes an object in a part of an image: first the color, then the texture, which determines the object's pixels,
 * then the shape and size of the area that they cover.
 *
 * <p>Each pixel of an object is a mixture of its color and the lighter color of stripes and dots; {@link #lightness} is
 * the share of the lighter color. On a white background, an object's edges have colors similar to these mixtures, so
 * color and texture are measured without the edges.
 */
final class SceneObjectReader {
    /**
     * Maximum mean distance of pixels from a color. The distance is below 12 in training images and mostly below 40 in
     * generated images.
     */
    private static final double MAX_COLOUR_DISTANCE = 60;

    /** Minimum overlap with a shape. In training images, the overlap is at least 0.73. */
    private static final double MIN_OVERLAP = 0.6;

    /**
     * Minimum lightness variation of a textured object. The variation is at most 0.13 for solid objects after the VAE,
     * and at least 0.16 for dotted objects.
     */
    private static final double MIN_VARIATION = 0.15;

    /**
     * Maximum ratio of the lightness change along stripes to the change across them. The ratio is at most 0.4 for
     * stripes and about 1 for dots.
     */
    private static final double MAX_CHANGE_ALONG_STRIPES = 0.5;

    /** Holes of up to 1/100 of the image are dots: a dot covers 0.2% of the image, a ring's hole at least 1.9%. */
    private static final int MAX_DOT_FRACTION = 100;

    private final Rgb[] pixels;
    private final Rgb ground;

    /** @param ground color of the background */
    SceneObjectReader(Rgb[] pixels, Rgb ground) {
        this.pixels = pixels;
        this.ground = ground;
    }

    Seen read(Mask part) {
        Colour estimate = nearestColour(part.shrunk());
        Mask inside = own(part, estimate, true).shrunk();
        Colour colour = nearestColour(inside);
        boolean unknownColour = distance(inside, colour) > MAX_COLOUR_DISTANCE;
        Texture texture = texture(inside, colour);
        Mask own = unknownColour ? part : own(part, colour, texture != Texture.SOLID);
        ShapeTemplate template = ShapeTemplate.nearest(own);
        Shape shape = template.overlap(own) < MIN_OVERLAP ? null : template.shape();
        Size size = Size.nearest(template.radius(own) / Math.min(part.width(), part.height()));
        Point2D centre = own.centre();
        return new Seen(
                new SceneObject(size, texture, unknownColour ? null : colour, shape),
                centre.getX(),
                centre.getY(),
                own.count());
    }

    private Colour nearestColour(Mask inside) {
        return Arrays.stream(Colour.values())
                .min(Comparator.comparing(colour -> distance(inside, colour)))
                .orElseThrow();
    }

    private double distance(Mask inside, Colour colour) {
        return inside.pixels().stream()
                .mapToDouble(pixel -> distance(pixel, colour))
                .average()
                .orElse(Double.POSITIVE_INFINITY);
    }

    private double distance(int pixel, Colour colour) {
        return pixels[pixel].distance(colour.rgb.towards(colour.light(), lightness(pixel, colour)));
    }

    /** @return 0 for the color, 1 for the lighter color */
    private double lightness(int pixel, Colour colour) {
        return pixels[pixel].along(colour.rgb, colour.light());
    }

    /**
     * @return the pixels that are closer to the color, or to its mixtures with the lighter color, than to the
     *     background
     */
    private Mask own(Mask part, Colour colour, boolean light) {
        Mask own = part.where(pixel -> (light ? distance(pixel, colour) : pixels[pixel].distance(colour.rgb))
                        < pixels[pixel].distance(ground))
                .filled(pixels.length / MAX_DOT_FRACTION);
        return own.count() == 0 ? part : own;
    }

    private Texture texture(Mask inside, Colour colour) {
        if (variation(inside, colour) < MIN_VARIATION) {
            return Texture.SOLID;
        }
        // Stripes slope up to the right, so a step down and to the right crosses them.
        double along = change(inside, colour, inside.width() - 1);
        double across = change(inside, colour, inside.width() + 1);
        return along < MAX_CHANGE_ALONG_STRIPES * across ? Texture.STRIPED : Texture.DOTTED;
    }

    /** @return the standard deviation of the lightness */
    private double variation(Mask inside, Colour colour) {
        double[] lightness = inside.pixels().stream()
                .mapToDouble(pixel -> lightness(pixel, colour))
                .toArray();
        double mean = Arrays.stream(lightness).average().orElse(0);
        return Math.sqrt(Arrays.stream(lightness)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElse(0));
    }

    /** @return the mean change in lightness between pixels that are {@code step} apart */
    private double change(Mask inside, Colour colour, int step) {
        return inside.where(pixel -> inside.has(pixel + step)).pixels().stream()
                .mapToDouble(pixel -> Math.abs(lightness(pixel, colour) - lightness(pixel + step, colour)))
                .average()
                .orElse(0);
    }
}
