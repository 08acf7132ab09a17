// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.distillation.adherence.Thing.Colour;
import io.lorafleet.distillation.adherence.Thing.Shape;
import io.lorafleet.distillation.adherence.Thing.Size;
import io.lorafleet.distillation.adherence.Thing.Texture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a prompt of the demo model says, such as {@code a red ring left of a small star on a white background}.
 *
 * @param things one or two; each says its shape
 * @param place of the first beside the second; null if there is one thing, or two that are joined by "and"
 * @param background null if the prompt does not say
 */
public record Scene(
        List<Thing> things, @Nullable Place place, @Nullable Background background) {

    public enum Place {
        LEFT_OF(-1, 0),
        RIGHT_OF(1, 0),
        ABOVE(0, -1),
        BELOW(0, 1);

        final int right;
        final int down;

        Place(int right, int down) {
            this.right = right;
            this.down = down;
        }

        /** @return where something lies that is so far to the right of another one, and so far below it */
        static Place of(double right, double down) {
            return Math.abs(right) > Math.abs(down) ? right < 0 ? LEFT_OF : RIGHT_OF : down < 0 ? ABOVE : BELOW;
        }
    }

    /** With the RGB values that the training pictures were drawn with. */
    public enum Background {
        WHITE(245, 245, 245),
        BLACK(18, 18, 18),
        GRAY(128, 128, 128),
        BEIGE(232, 214, 178);

        final Rgb rgb;

        Background(int red, int green, int blue) {
            rgb = new Rgb(red, green, blue);
        }
    }

    public Scene {
        things = List.copyOf(things);
        if (things.isEmpty() || things.size() > 2) {
            throw new IllegalArgumentException("things: expected one or two, found " + things.size());
        }
        if (things.stream().anyMatch(thing -> thing.shape() == null)) {
            throw new IllegalArgumentException("things: expected a shape of each, found " + things);
        }
        if (things.size() == 1 && place != null) {
            throw new IllegalArgumentException("place: expected none for a thing alone, found " + place);
        }
    }

    /** @throws IllegalArgumentException if the prompt is no such one: it names the word, and those that may stand there */
    public static Scene of(String prompt) {
        Words words = new Words(prompt);
        Thing first = thing(words);
        Place place = words.accept(Place.class);
        List<Thing> things = place != null || words.accept("and") ? List.of(first, thing(words)) : List.of(first);
        Background background = null;
        if (words.accept("on a")) {
            background = words.require(Background.class);
            words.require("background");
        }
        words.requireEnd();
        return new Scene(things, place, background);
    }

    private static Thing thing(Words words) {
        if (!words.accept("a") && !words.accept("an")) {
            throw words.unexpected();
        }
        return new Thing(
                words.accept(Size.class),
                words.accept(Texture.class),
                words.accept(Colour.class),
                words.require(Shape.class));
    }

    /** @return the words that {@link #of} makes this scene of */
    public String prompt() {
        StringBuilder prompt = new StringBuilder(things.get(0).phrase());
        if (things.size() == 2) {
            prompt.append(' ').append(place == null ? "and" : Words.of(place)).append(' ');
            prompt.append(things.get(1).phrase());
        }
        if (background != null) {
            prompt.append(" on a ").append(Words.of(background)).append(" background");
        }
        return prompt.toString();
    }
}
