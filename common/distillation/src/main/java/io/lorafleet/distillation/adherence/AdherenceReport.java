// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.distillation.eval.Evaluation.Images;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The prompt adherence of a set of images.
 *
 * @param attributes attributes in the prompts, by kind
 * @param prompts tally of the prompts; a prompt is met if its image shows all attributes and no other objects
 */
public record AdherenceReport(Map<Attribute, Tally> attributes, Tally prompts) {

    public AdherenceReport {
        attributes = Adherence.copyOf(attributes);
    }

    public static AdherenceReport of(Collection<Adherence> images) {
        Map<Attribute, Tally> attributes = new EnumMap<>(Attribute.class);
        Tally prompts = Tally.NONE;
        for (Adherence image : images) {
            image.attributes().forEach((kind, tally) -> attributes.merge(kind, tally, Tally::plus));
            prompts = prompts.plus(Tally.of(image.whole()));
        }
        return new AdherenceReport(attributes, prompts);
    }

    /** @return the report; empty unless all prompts are demo model prompts */
    public static Optional<AdherenceReport> of(List<Images> images, Function<Images, RgbImage> which) {
        try {
            return Optional.of(of(images.stream()
                    .map(each -> Adherence.score(Scene.of(each.prompt()), which.apply(each)))
                    .toList()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** @return the tally of all attributes */
    public Tally total() {
        return Adherence.total(attributes);
    }
}
