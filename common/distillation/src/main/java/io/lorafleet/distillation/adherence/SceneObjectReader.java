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
 * Reads a thing off the part of an image that it fills: its colour first, then the texture, which decides the pixels
 * that are the thing's own, then the shape and the size of those.
 *
 * <p>A thing's pixels are a mixture of its colour and the lighter one of stripes and dots: {@link #lightness} says how
 * much of that. On a white background its edges look the same, so what is measured leaves them out.
 */
final class SceneObjectReader {
    /** How far, on average, a thing's pixels may be from a colour. True scenes stay below 12, the model's mostly below 40. */
    private static final double FOREIGN_COLOUR = 60;

    /** What overlaps less has none of the shapes. True scenes overlap by 0.73 or more with theirs. */
    private static final double LEAST_OVERLAP = 0.6;

    /** The lightness of solid things varies by up to 0.13 where the autoencoder blurs, of dotted ones by 0.16 or more. */
    private static final double LEAST_VARIATION = 0.15;

    /** Along its stripes lightness changes by 0.4 or less of what it changes across them; with dots it is the same. */
    private static final double MOST_CHANGE_ALONG_STRIPES = 0.5;

    /** Holes of up to one in so many pixels are dots: a dot covers 0.2 % of the image, a ring's hole at least 1.9 %. */
    private static final int DOT = 100;

    private final Rgb[] pixels;
    private final Rgb ground;

    /** @param ground the background's colour */
    SceneObjectReader(Rgb[] pixels, Rgb ground) {
        this.pixels = pixels;
        this.ground = ground;
    }

    Seen read(Mask part) {
        Colour atFirst = nearestColour(part.shrunk());
        Mask inside = own(part, atFirst, true).shrunk();
        Colour colour = nearestColour(inside);
        boolean foreign = distance(inside, colour) > FOREIGN_COLOUR;
        Texture texture = texture(inside, colour);
        Mask own = foreign ? part : own(part, colour, texture != Texture.SOLID);
        ShapeTemplate template = ShapeTemplate.nearest(own);
        Shape shape = template.overlap(own) < LEAST_OVERLAP ? null : template.shape();
        Size size = Size.nearest(template.radius(own) / Math.min(part.width(), part.height()));
        Point2D centre = own.centre();
        return new Seen(
                new SceneObject(size, texture, foreign ? null : colour, shape),
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

    /** @return 0 where a pixel has the colour, 1 where it has the lighter one */
    private double lightness(int pixel, Colour colour) {
        return pixels[pixel].along(colour.rgb, colour.light());
    }

    /** @return the pixels that are nearer to the colour, or to what is between it and its lighter one, than to the ground */
    private Mask own(Mask part, Colour colour, boolean light) {
        Mask own = part.where(pixel -> (light ? distance(pixel, colour) : pixels[pixel].distance(colour.rgb))
                        < pixels[pixel].distance(ground))
                .filled(pixels.length / DOT);
        return own.count() == 0 ? part : own;
    }

    private Texture texture(Mask inside, Colour colour) {
        if (variation(inside, colour) < LEAST_VARIATION) {
            return Texture.SOLID;
        }
        // Stripes go up to the right, so that a step down to the right crosses them.
        double along = change(inside, colour, inside.width() - 1);
        double across = change(inside, colour, inside.width() + 1);
        return along < MOST_CHANGE_ALONG_STRIPES * across ? Texture.STRIPED : Texture.DOTTED;
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

    /** @return how much the lightness changes from a pixel to the one that is so many pixels further, on average */
    private double change(Mask inside, Colour colour, int step) {
        return inside.where(pixel -> inside.has(pixel + step)).pixels().stream()
                .mapToDouble(pixel -> Math.abs(lightness(pixel, colour) - lightness(pixel + step, colour)))
                .average()
                .orElse(0);
    }
}
