// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import io.lorafleet.diffusion.Picture;
import io.lorafleet.distillation.Evaluation.Pictures;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How well many pictures follow their prompts.
 *
 * @param attributes of each kind that any of the prompts says
 * @param prompts those that are met whole
 */
public record AdherenceReport(Map<Attribute, Tally> attributes, Tally prompts) {

    public AdherenceReport {
        attributes = Adherence.copyOf(attributes);
    }

    public static AdherenceReport of(Collection<Adherence> pictures) {
        Map<Attribute, Tally> attributes = new EnumMap<>(Attribute.class);
        Tally prompts = Tally.NONE;
        for (Adherence picture : pictures) {
            picture.attributes().forEach((kind, tally) -> attributes.merge(kind, tally, Tally::plus));
            prompts = prompts.plus(Tally.of(picture.whole()));
        }
        return new AdherenceReport(attributes, prompts);
    }

    /** @return nothing if a prompt is none of the demo model's: then its pictures cannot be read */
    public static Optional<AdherenceReport> of(List<Pictures> drawn, Function<Pictures, Picture> which) {
        try {
            return Optional.of(of(drawn.stream()
                    .map(each -> Adherence.score(Scene.of(each.prompt()), which.apply(each)))
                    .toList()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** @return all attributes */
    public Tally total() {
        return Adherence.total(attributes);
    }
}
