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
 * Generates random prompts with the attribute frequencies of the demo model's training captions. The algorithm of
 * {@link Random} is specified, so a seed produces the same prompts on all platforms.
 */
public final class ScenePrompts {
    /** Of 4,000 prompts, 2,400 have one object; there are only 3,240 different one-object prompts. */
    private static final int MAX_PROMPTS = 4000;

    // Frequencies in the captions. Only single objects have a size; there is no word for medium or solid.
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
     * Generates prompts.
     *
     * @param count number of prompts, 0 to 4,000
     * @return distinct prompts, shuffled, because frequent prompts would otherwise tend to come first
     */
    public static List<String> draw(long seed, int count) {
        if (count < 0 || count > MAX_PROMPTS) {
            throw new IllegalArgumentException("count: expected 0 to " + MAX_PROMPTS + ", found " + count);
        }
        return new ScenePrompts(seed).prompts(count);
    }

    private List<String> prompts(int count) {
        Set<String> chosen = new LinkedHashSet<>();
        while (chosen.size() < count) {
            boolean alone = chance(ALONE);
            while (!chosen.add((alone ? one() : two()).prompt())) {
                // A duplicate: try again with the same number of objects, so that the share of one-object prompts does
                // not change.
            }
        }
        List<String> prompts = new ArrayList<>(chosen);
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
