// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import static io.lorafleet.trainer.Samples.feedback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.messages.feedback.FeedbackGiven;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PromptMixTest {
    private static final String JUDGE = "kept for judging";

    @Test
    void lowerRatingsGiveHigherWeights() {
        PromptMix mix = PromptMix.of(
                List.of(
                        feedback("a", "fast", "good", 1),
                        feedback("b", "fast", "fair", 0),
                        feedback("c", "fast", "poor", -0.5),
                        feedback("d", "fast", "bad", -1)),
                List.of(),
                rules(List.of(), 0.3));
        assertThat(mix.learned())
                .containsExactly(
                        new WeightedPrompt("good", 0.5),
                        new WeightedPrompt("fair", 1),
                        new WeightedPrompt("poor", 2),
                        new WeightedPrompt("bad", 3));
    }

    @Test
    void requestForTheTeacherCountsAsABadRating() {
        FeedbackGiven good = feedback("a", "fast", "good", 1);
        FeedbackGiven wanted =
                new FeedbackGiven("a", "r", good.adapter(), "good", "", 7, 64, 64, 20, 1, true, null, null, good.at());
        assertThat(PromptMix.weight(wanted, rules(List.of(), 0.3))).isEqualTo(3);
    }

    @Test
    void replaysAShareOfGoodEarlierSamples() {
        PromptMix mix = PromptMix.of(
                List.of(feedback("a", "fast", "new", -1)),
                List.of(feedback("b", "fast", "liked", 1), feedback("c", "fast", "disliked", -1)),
                rules(List.of("base"), 0.25));
        assertThat(mix.learned()).extracting(WeightedPrompt::prompt).containsExactly("new", "liked", "base");
        double all = mix.learned().stream().mapToDouble(WeightedPrompt::weight).sum();
        assertThat(mix.learned().get(1).weight() / all).isCloseTo(0.125, within(1e-12));
        assertThat(mix.learned().get(2).weight() / all).isCloseTo(0.125, within(1e-12));
    }

    @Test
    void replaysNoSampleWithoutAPositiveRating() {
        PromptMix mix = PromptMix.of(
                List.of(feedback("a", "fast", "new", -1)),
                List.of(feedback("b", "fast", "neutral", 0), feedback("c", "fast", "liked", 1)),
                rules(List.of(), 0.25));
        assertThat(mix.learned()).extracting(WeightedPrompt::prompt).containsExactly("new", "liked");
    }

    @Test
    void replaysTheLatestEarlierSamples() {
        PromptRules rules = new PromptRules(2, 0.5, 0.3, 2, List.of(), List.of(JUDGE), 0.2);
        List<FeedbackGiven> earlier =
                Stream.of("1", "2", "3").map(id -> feedback(id, "fast", id, 1)).toList();
        assertThat(PromptMix.of(List.of(feedback("a", "fast", "new", -1)), earlier, rules)
                        .learned())
                .extracting(WeightedPrompt::prompt)
                .containsExactly("new", "2", "3");
    }

    @Test
    void replaysNothingWithAShareOfZero() {
        PromptMix mix = PromptMix.of(
                List.of(feedback("a", "fast", "new", -1)),
                List.of(feedback("b", "fast", "liked", 1)),
                rules(List.of(), 0));
        assertThat(mix.learned()).extracting(WeightedPrompt::prompt).containsExactly("new");
    }

    @Test
    void trainingPromptsExcludeHeldOutPrompts() {
        PromptMix mix = PromptMix.of(
                List.of(feedback("a", "fast", JUDGE, -1), feedback("b", "fast", "new", -1)),
                List.of(feedback("c", "fast", JUDGE, 1)),
                rules(List.of(JUDGE), 0.3));
        assertThat(mix.heldOut()).containsExactly(JUDGE);
        assertThat(mix.learned()).extracting(WeightedPrompt::prompt).containsExactly("new");
    }

    @Test
    void heldOutPromptsStayHeldOut() {
        PromptRules byHash = new PromptRules(2, 0.5, 0.3, 100, List.of(), List.of(), 0.2);
        List<FeedbackGiven> many = IntStream.range(0, 500)
                .mapToObj(i -> feedback("f" + i, "fast", "prompt " + i, -1))
                .toList();
        PromptMix all = PromptMix.of(many, List.of(), byHash);
        assertThat(all.heldOut().size()).isBetween(70, 130);
        assertThat(all.learned()).extracting(WeightedPrompt::prompt).doesNotContainAnyElementsOf(all.heldOut());
        for (int from = 0; from < 500; from += 50) {
            PromptMix some = PromptMix.of(many.subList(from, from + 50), List.of(), byHash);
            assertThat(all.heldOut()).containsAll(some.heldOut());
        }
    }

    @Test
    void holdsOutOnePromptIfTheHashesSelectNone() {
        PromptRules none = new PromptRules(2, 0.5, 0.3, 100, List.of(), List.of(), 0);
        PromptMix two =
                PromptMix.of(List.of(feedback("a", "fast", "x", -1), feedback("b", "fast", "y", -1)), List.of(), none);
        assertThat(two.heldOut()).hasSize(1);
        assertThat(two.learned()).hasSize(1);
        PromptMix one = PromptMix.of(List.of(feedback("a", "fast", "x", -1)), List.of(), none);
        assertThat(one.learned()).isEmpty();
    }

    private static PromptRules rules(List<String> base, double replayShare) {
        return new PromptRules(2, 0.5, replayShare, 100, base, List.of(JUDGE), 0.2);
    }
}
