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
 * A coloured shape. Each part is null where a prompt does not say it, or where an image shows none of the kind.
 *
 * <p>The words are those of the captions that the demo model was trained on; colours are the RGB values, and sizes the
 * radii as shares of the image's width, that the training images were drawn with.
 */
public record SceneObject(
        @Nullable Size size,
        @Nullable Texture texture,
        @Nullable Colour colour,
        @Nullable Shape shape) {

    /** What no word says is of middle size; a thing beside another one is drawn at 0.14 or 0.2, and its size never said. */
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

    /** What no word says is solid, as a rule. */
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

        /** @return the colour of the stripes and dots: 0.72 of the way to white */
        Rgb light() {
            return rgb.towards(Rgb.WHITE, 0.72);
        }
    }

    /** Their geometry is in {@link ShapeOutlines}. */
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

    /** @return the parts that are said, in the order of the words */
    Map<Attribute, Enum<?>> said() {
        Map<Attribute, Enum<?>> said = new EnumMap<>(Attribute.class);
        said.put(Attribute.SIZE, size);
        said.put(Attribute.TEXTURE, texture);
        said.put(Attribute.COLOUR, colour);
        said.put(Attribute.SHAPE, shape);
        said.values().removeIf(Objects::isNull);
        return said;
    }

    /** @return such as {@code a large striped red star} */
    String phrase() {
        String words = Stream.of(size, texture, colour, shape)
                .filter(Objects::nonNull)
                .map(WordReader::of)
                .collect(Collectors.joining(" "));
        return ("aeiou".indexOf(words.charAt(0)) < 0 ? "a " : "an ") + words;
    }
}
