// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.distillation.adherence.Scene.Background;
import io.lorafleet.distillation.adherence.Scene.Place;
import io.lorafleet.distillation.adherence.SceneObject.Colour;
import io.lorafleet.distillation.adherence.SceneObject.Shape;
import io.lorafleet.distillation.adherence.SceneObject.Size;
import io.lorafleet.distillation.adherence.SceneObject.Texture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Draws prompts at random, as often with this and that as the captions that the demo model was trained on. Java fixes
 * what {@link Random} draws for a seed, so the same seed gives the same prompts everywhere.
 */
public final class ScenePrompts {
    /** There are 3,240 prompts of one thing, and of so many in all they are 2,400. */
    private static final int MOST = 4000;

    // How often the captions say what. Sizes are said of things alone only; medium and solid have no word.
    private static final double ALONE = 0.6;
    private static final double SIZE = 0.6 * 0.7 * 2 / 3;
    private static final double TEXTURE = 0.5 * 0.85;
    private static final double COLOUR = 0.92;
    private static final double PLACE = 0.75;
    private static final double BACKGROUND = 0.75;

    private final Random random;

    private ScenePrompts(long seed) {
        random = new Random(seed);
    }

    /**
     * @param count up to 4,000
     * @return different prompts, shuffled: likely ones are drawn first, and each part of the list shall have the same mix
     */
    public static List<String> draw(long seed, int count) {
        if (count < 0 || count > MOST) {
            throw new IllegalArgumentException("count: expected 0 to " + MOST + ", found " + count);
        }
        return new ScenePrompts(seed).prompts(count);
    }

    private List<String> prompts(int count) {
        Set<String> drawn = new LinkedHashSet<>();
        while (drawn.size() < count) {
            boolean alone = chance(ALONE);
            while (!drawn.add((alone ? one() : two()).prompt())) {
                // drawn before: another one of the same kind, so that the mix stays
            }
        }
        List<String> prompts = new ArrayList<>(drawn);
        Collections.shuffle(prompts, random);
        return prompts;
    }

    private Scene one() {
        Size size = chance(SIZE) ? (chance(0.5) ? Size.SMALL : Size.LARGE) : null;
        return new Scene(List.of(object(size)), null, background());
    }

    private Scene two() {
        Place place = chance(PLACE) ? any(Place.values()) : null;
        return new Scene(List.of(object(null), object(null)), place, background());
    }

    private SceneObject object(@Nullable Size size) {
        Texture texture = chance(TEXTURE) ? (chance(0.5) ? Texture.STRIPED : Texture.DOTTED) : null;
        Colour colour = chance(COLOUR) ? any(Colour.values()) : null;
        return new SceneObject(size, texture, colour, any(Shape.values()));
    }

    private @Nullable Background background() {
        return chance(BACKGROUND) ? any(Background.values()) : null;
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
