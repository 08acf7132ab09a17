// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.storage.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The prompts of one run.
 *
 * @param learned what it learns from; no prompt of those held out is among them
 * @param heldOut what it is judged by
 */
public record PromptMix(List<WeightedPrompt> learned, List<String> heldOut) {
    public PromptMix {
        learned = List.copyOf(learned);
        heldOut = List.copyOf(heldOut);
    }

    /**
     * @param samples that the run consumes
     * @param earlier samples, in their order
     */
    static PromptMix of(List<FeedbackGiven> samples, List<FeedbackGiven> earlier, PromptRules rules) {
        List<String> again = again(earlier, rules);
        Set<String> heldOut = heldOut(samples, again, rules);
        List<WeightedPrompt> learned = new ArrayList<>();
        for (FeedbackGiven sample : samples) {
            if (!heldOut.contains(sample.prompt())) {
                learned.add(new WeightedPrompt(sample.prompt(), weight(sample, rules)));
            }
        }
        again.removeIf(heldOut::contains);
        double fresh = learned.stream().mapToDouble(WeightedPrompt::weight).sum();
        // Without anything new, what is there all weighs the same.
        double each = fresh == 0 ? 1 : fresh * rules.replayShare() / (1 - rules.replayShare()) / again.size();
        if (each > 0) {
            again.forEach(prompt -> learned.add(new WeightedPrompt(prompt, each)));
        }
        return new PromptMix(learned, List.copyOf(heldOut));
    }

    /** The worse the image, the more there is to learn. One that is wanted as the teacher draws it counts as bad. */
    static double weight(FeedbackGiven sample, PromptRules rules) {
        double rating = sample.asTeacher() ? -1 : sample.rating();
        return rating > 0 ? rules.upWeight() : 1 + rules.downWeight() * -rating;
    }

    /** What was good is drawn again, so that it stays good. */
    private static List<String> again(List<FeedbackGiven> earlier, PromptRules rules) {
        List<String> liked = earlier.stream()
                .filter(sample -> sample.rating() > 0 && !sample.asTeacher())
                .map(FeedbackGiven::prompt)
                .toList();
        List<String> again =
                new ArrayList<>(liked.subList(Math.max(0, liked.size() - rules.maxReplay()), liked.size()));
        again.addAll(rules.base());
        return again;
    }

    /** A prompt is held out by its hash, so that no run ever learns from it. */
    private static Set<String> heldOut(List<FeedbackGiven> samples, List<String> again, PromptRules rules) {
        if (!rules.heldOut().isEmpty()) {
            return new LinkedHashSet<>(rules.heldOut());
        }
        List<String> all = Stream.concat(samples.stream().map(FeedbackGiven::prompt), again.stream())
                .distinct()
                .sorted(Comparator.comparingDouble(PromptMix::lot))
                .toList();
        List<String> chosen = all.stream()
                .filter(prompt -> lot(prompt) < rules.heldOutShare())
                .toList();
        // Among few prompts there may be none: then this run does without the first.
        return new LinkedHashSet<>(chosen.isEmpty() ? all.subList(0, Math.min(1, all.size())) : chosen);
    }

    /** @return the same for a prompt each time, spread evenly from 0 to less than 1 */
    private static double lot(String prompt) {
        byte[] hash = Sha256.newDigest().digest(prompt.getBytes(StandardCharsets.UTF_8));
        return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
    }
}
