// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.distillation.adherence.Scene.Place;
import io.lorafleet.distillation.adherence.SceneReader.Reading;
import io.lorafleet.distillation.adherence.SceneReader.Seen;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How well an image follows its prompt. What a prompt says counts one each: the background, the place, and a thing's
 * colour, shape, texture and size.
 *
 * @param attributes of those kinds that the prompt says
 * @param whole whether all is met, and nothing else is in the image
 */
public record Adherence(Map<Attribute, Tally> attributes, boolean whole) {

    public Adherence {
        attributes = copyOf(attributes);
    }

    public static Adherence score(Scene scene, RgbImage image) {
        return of(scene, SceneReader.read(image));
    }

    /**
     * Of the things in the image, the largest count, as many as the prompt names: more of them do not make it easier to
     * meet a prompt. Which is which of two is for the image's good.
     */
    static Adherence of(Scene scene, Reading reading) {
        List<Seen> seen = reading.objects();
        Seen first = seen.size() > 0 ? seen.get(0) : null;
        Seen second = seen.size() > 1 ? seen.get(1) : null;
        Stream<List<@Nullable Seen>> orders = scene.objects().size() == 1
                ? Stream.of(Arrays.asList(first))
                : Stream.of(Arrays.asList(first, second), Arrays.asList(second, first));
        return orders.map(order -> of(scene, reading, order))
                .max(Comparator.comparing(adherence -> adherence.total().met()))
                .orElseThrow();
    }

    /** @param order for each thing of the scene the one in the image, or null */
    private static Adherence of(Scene scene, Reading reading, List<@Nullable Seen> order) {
        Map<Attribute, Tally> attributes = new EnumMap<>(Attribute.class);
        if (scene.background() != null) {
            add(attributes, Attribute.BACKGROUND, scene.background() == reading.background());
        }
        for (int i = 0; i < order.size(); i++) {
            Map<Attribute, Enum<?>> found =
                    order.get(i) == null ? Map.of() : order.get(i).object().said();
            scene.objects().get(i).said().forEach((kind, asked) -> add(attributes, kind, asked == found.get(kind)));
        }
        if (scene.place() != null) {
            add(attributes, Attribute.PLACE, scene.place() == place(order.get(0), order.get(1)));
        }
        Tally total = total(attributes);
        boolean nothingElse = reading.objects().size() == order.size();
        return new Adherence(attributes, nothingElse && total.met() == total.asked());
    }

    private static @Nullable Place place(@Nullable Seen first, @Nullable Seen second) {
        return first == null || second == null ? null : Place.of(first.x() - second.x(), first.y() - second.y());
    }

    static Map<Attribute, Tally> copyOf(Map<Attribute, Tally> attributes) {
        Map<Attribute, Tally> copy = new EnumMap<>(Attribute.class);
        copy.putAll(attributes);
        return Collections.unmodifiableMap(copy);
    }

    private static void add(Map<Attribute, Tally> attributes, Attribute kind, boolean met) {
        attributes.merge(kind, Tally.of(met), Tally::plus);
    }

    /** @return all attributes */
    public Tally total() {
        return total(attributes);
    }

    static Tally total(Map<Attribute, Tally> attributes) {
        return attributes.values().stream().reduce(Tally.NONE, Tally::plus);
    }
}
