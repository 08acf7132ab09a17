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
 * An image's prompt adherence. Each attribute in the prompt counts once: the background, the relative position of the
 * objects, and the color, shape, texture and size of each object.
 *
 * @param attributes attributes in the prompt, by kind
 * @param whole whether all attributes are met, and the image has no other objects
 */
public record Adherence(Map<Attribute, Tally> attributes, boolean whole) {

    public Adherence {
        attributes = copyOf(attributes);
    }

    public static Adherence score(Scene scene, RgbImage image) {
        return of(scene, SceneReader.read(image));
    }

    /**
     * Scores the largest objects in the image, up to the number of objects that the prompt names. Additional objects do
     * not improve the score. If the prompt names two objects, the assignment with more attributes met counts.
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

    /** @param order for each object of the scene, the object in the image, or null if there is none */
    private static Adherence of(Scene scene, Reading reading, List<@Nullable Seen> order) {
        Map<Attribute, Tally> attributes = new EnumMap<>(Attribute.class);
        if (scene.background() != null) {
            add(attributes, Attribute.BACKGROUND, scene.background() == reading.background());
        }
        for (int i = 0; i < order.size(); i++) {
            Map<Attribute, Enum<?>> found =
                    order.get(i) == null ? Map.of() : order.get(i).object().attributes();
            scene.objects()
                    .get(i)
                    .attributes()
                    .forEach((kind, asked) -> add(attributes, kind, asked == found.get(kind)));
        }
        if (scene.place() != null) {
            add(attributes, Attribute.PLACE, scene.place() == place(order.get(0), order.get(1)));
        }
        Tally total = total(attributes);
        boolean noOtherObjects = reading.objects().size() == order.size();
        return new Adherence(attributes, noOtherObjects && total.met() == total.asked());
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

    /** @return the tally of all attributes */
    public Tally total() {
        return total(attributes);
    }

    static Tally total(Map<Attribute, Tally> attributes) {
        return attributes.values().stream().reduce(Tally.NONE, Tally::plus);
    }
}
