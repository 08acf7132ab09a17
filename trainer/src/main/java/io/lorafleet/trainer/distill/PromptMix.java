// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.messages.feedback.FeedbackGiven;
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
 * @param learned the training prompts, without the held-out prompts
 * @param heldOut the prompts of the quality gate
 */
public record PromptMix(List<WeightedPrompt> learned, List<String> heldOut) {
    public PromptMix {
        learned = List.copyOf(learned);
        heldOut = List.copyOf(heldOut);
    }

    /**
     * Chooses a run's prompts.
     *
     * @param samples the run's new samples
     * @param earlier earlier runs' samples, in order
     */
    static PromptMix of(List<FeedbackGiven> samples, List<FeedbackGiven> earlier, PromptRules rules) {
        List<String> replayed = replayed(earlier, rules);
        Set<String> heldOut = heldOut(samples, replayed, rules);
        List<WeightedPrompt> learned = new ArrayList<>();
        for (FeedbackGiven sample : samples) {
            if (!heldOut.contains(sample.prompt())) {
                learned.add(new WeightedPrompt(sample.prompt(), weight(sample, rules)));
            }
        }
        replayed.removeIf(heldOut::contains);
        double fresh = learned.stream().mapToDouble(WeightedPrompt::weight).sum();
        // If there are no new prompts, all replayed prompts have the same weight.
        double each = fresh == 0 ? 1 : fresh * rules.replayShare() / (1 - rules.replayShare()) / replayed.size();
        if (each > 0) {
            replayed.forEach(prompt -> learned.add(new WeightedPrompt(prompt, each)));
        }
        return new PromptMix(learned, List.copyOf(heldOut));
    }

    /**
     * The weight of a sample: the same for all positive ratings; otherwise, the lower the rating, the higher the
     * weight. A request for the teacher's result counts as a rating of -1.
     */
    static double weight(FeedbackGiven sample, PromptRules rules) {
        double rating = sample.asTeacher() ? -1 : sample.rating();
        return rating > 0 ? rules.upWeight() : 1 + rules.downWeight() * -rating;
    }

    /** @return the replayed prompts: earlier prompts with positive ratings, and the base prompts */
    private static List<String> replayed(List<FeedbackGiven> earlier, PromptRules rules) {
        List<String> liked = earlier.stream()
                .filter(sample -> sample.rating() > 0 && !sample.asTeacher())
                .map(FeedbackGiven::prompt)
                .toList();
        List<String> replayed =
                new ArrayList<>(liked.subList(Math.max(0, liked.size() - rules.maxReplay()), liked.size()));
        replayed.addAll(rules.base());
        return replayed;
    }

    /**
     * Chooses the held-out prompts: the configured prompts or, if there are none, prompts selected by their hashes, so
     * that no run trains on them.
     */
    private static Set<String> heldOut(List<FeedbackGiven> samples, List<String> replayed, PromptRules rules) {
        if (!rules.heldOut().isEmpty()) {
            return new LinkedHashSet<>(rules.heldOut());
        }
        List<String> all = Stream.concat(samples.stream().map(FeedbackGiven::prompt), replayed.stream())
                .distinct()
                .sorted(Comparator.comparingDouble(PromptMix::hashFraction))
                .toList();
        List<String> chosen = all.stream()
                .filter(prompt -> hashFraction(prompt) < rules.heldOutShare())
                .toList();
        // If there are few prompts, the hashes may select none. In that case, the run holds out the prompt with the
        // lowest hash.
        return new LinkedHashSet<>(chosen.isEmpty() ? all.subList(0, Math.min(1, all.size())) : chosen);
    }

    /**
     * @return a number from 0 to 1 (exclusive), always the same for a given prompt and uniformly distributed over
     *     prompts
     */
    private static double hashFraction(String prompt) {
        byte[] hash = Sha256.newDigest().digest(prompt.getBytes(StandardCharsets.UTF_8));
        return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
    }
}
