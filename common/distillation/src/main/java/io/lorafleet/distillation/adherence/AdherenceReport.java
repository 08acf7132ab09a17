package io.lorafleet.distillation.adherence;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

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

    /** @return all attributes */
    public Tally total() {
        return Adherence.total(attributes);
    }
}
