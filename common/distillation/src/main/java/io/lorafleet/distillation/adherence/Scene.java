// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.distillation.adherence.SceneObject.Colour;
import io.lorafleet.distillation.adherence.SceneObject.Shape;
import io.lorafleet.distillation.adherence.SceneObject.Size;
import io.lorafleet.distillation.adherence.SceneObject.Texture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of a demo model prompt, such as {@code a red ring left of a small star on a white background}.
 *
 * @param objects one or two objects, each with a shape
 * @param place position of the first object relative to the second; null if there is only one object, or if the two are
 *     joined by "and"
 * @param background the background; null if the prompt has none
 */
public record Scene(
        List<SceneObject> objects,
        @Nullable Place place,
        @Nullable Background background) {

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

        /** @return the place of an object at the given offset from another object */
        static Place of(double right, double down) {
            return Math.abs(right) > Math.abs(down) ? right < 0 ? LEFT_OF : RIGHT_OF : down < 0 ? ABOVE : BELOW;
        }
    }

    /** The backgrounds, with the RGB values of the training images. */
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
        objects = List.copyOf(objects);
        if (objects.isEmpty() || objects.size() > 2) {
            throw new IllegalArgumentException("objects: expected one or two, found " + objects.size());
        }
        if (objects.stream().anyMatch(object -> object.shape() == null)) {
            throw new IllegalArgumentException("objects: expected a shape for each object, found " + objects);
        }
        if (objects.size() == 1 && place != null) {
            throw new IllegalArgumentException("place: expected none for a single object, found " + place);
        }
    }

    /**
     * @throws IllegalArgumentException if the prompt is not a demo model prompt; the message lists the expected words
     */
    public static Scene of(String prompt) {
        WordReader words = new WordReader(prompt);
        SceneObject first = object(words);
        Place place = words.accept(Place.class);
        List<SceneObject> objects =
                place != null || words.accept("and") ? List.of(first, object(words)) : List.of(first);
        Background background = null;
        if (words.accept("on a")) {
            background = words.require(Background.class);
            words.require("background");
        }
        words.requireEnd();
        return new Scene(objects, place, background);
    }

    private static SceneObject object(WordReader words) {
        if (!words.accept("a") && !words.accept("an")) {
            throw words.unexpected();
        }
        return new SceneObject(
                words.accept(Size.class),
                words.accept(Texture.class),
                words.accept(Colour.class),
                words.require(Shape.class));
    }

    /** @return a prompt that {@link #of} parses into this scene */
    public String prompt() {
        StringBuilder prompt = new StringBuilder(objects.get(0).phrase());
        if (objects.size() == 2) {
            prompt.append(' ')
                    .append(place == null ? "and" : WordReader.of(place))
                    .append(' ');
            prompt.append(objects.get(1).phrase());
        }
        if (background != null) {
            prompt.append(" on a ").append(WordReader.of(background)).append(" background");
        }
        return prompt.toString();
    }
}
