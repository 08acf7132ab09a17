// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An object of a scene. An attribute is null if the prompt does not name it, or if it was not recognized in the image.
 *
 * <p>The names of the values are the words in the demo model's training captions, except medium and solid, for which
 * the captions have no word. Colors and sizes are those of the training images: RGB values, and radii as fractions of
 * the image width.
 */
public record SceneObject(
        @Nullable Size size,
        @Nullable Texture texture,
        @Nullable Colour colour,
        @Nullable Shape shape) {

    /**
     * Objects without a size word are medium. In images with two objects, the radius is 0.14 or 0.2, and there is no
     * size word.
     */
    public enum Size {
        SMALL(0.17),
        MEDIUM(0.25),
        LARGE(0.36);

        final double radius;

        Size(double radius) {
            this.radius = radius;
        }

        static Size nearest(double radius) {
            return Arrays.stream(values())
                    .min(Comparator.comparing(size -> Math.abs(Math.log(size.radius / radius))))
                    .orElseThrow();
        }
    }

    /** Objects without a texture word are usually solid. */
    public enum Texture {
        SOLID,
        STRIPED,
        DOTTED
    }

    public enum Colour {
        RED(214, 39, 40),
        ORANGE(255, 140, 0),
        YELLOW(250, 214, 20),
        GREEN(44, 150, 60),
        CYAN(30, 190, 210),
        BLUE(35, 80, 220),
        PURPLE(128, 50, 170),
        PINK(245, 120, 180);

        final Rgb rgb;

        Colour(int red, int green, int blue) {
            rgb = new Rgb(red, green, blue);
        }

        /** @return the color of stripes and dots: 72% toward white */
        Rgb light() {
            return rgb.towards(Rgb.WHITE, 0.72);
        }
    }

    /** The shapes; see {@link ShapeOutlines} for their geometry. */
    public enum Shape {
        CIRCLE,
        SQUARE,
        TRIANGLE,
        STAR,
        HEART,
        RING,
        CROSS,
        DIAMOND
    }

    /** @return the attributes that are set, in prompt order */
    Map<Attribute, Enum<?>> attributes() {
        Map<Attribute, Enum<?>> attributes = new EnumMap<>(Attribute.class);
        attributes.put(Attribute.SIZE, size);
        attributes.put(Attribute.TEXTURE, texture);
        attributes.put(Attribute.COLOUR, colour);
        attributes.put(Attribute.SHAPE, shape);
        attributes.values().removeIf(Objects::isNull);
        return attributes;
    }

    /** @return the object in words, such as {@code a large striped red star} */
    String phrase() {
        String words = Stream.of(size, texture, colour, shape)
                .filter(Objects::nonNull)
                .map(WordReader::of)
                .collect(Collectors.joining(" "));
        return ("aeiou".indexOf(words.charAt(0)) < 0 ? "a " : "an ") + words;
    }
}
