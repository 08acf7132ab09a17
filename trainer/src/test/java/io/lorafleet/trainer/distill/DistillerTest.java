// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.lineage;
import static io.lorafleet.trainer.Samples.withdrawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.messages.FeedbackWithdrawn;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.trainer.DemoStudent;
import io.lorafleet.trainer.evaluate.QualityGate;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of two steps, each a round, on the demo model. */
class DistillerTest {
    private static final Path MODEL = Path.of("../deploy/demo-model");
    private static final List<FeedbackGiven> SAMPLES = List.of(
            feedback("a", "fast", "a large red star on a white background", -1),
            feedback("b", "fast", "a small blue ring on a black background", 1),
            feedback("c", "fast", "a green square", 0));

    @TempDir
    private Path directory;

    private BlobStore blobs;
    private AdapterVersion parent;

    @BeforeEach
    void storeParent() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        parent = DemoStudent.store("fast", blobs);
    }

    @Test
    void theSameOrderGivesTheSameBytes() throws IOException {
        Training.Result.Trained once = trained(distiller(1).make(order(), new Watch(99)));
        Checkpoints.clear(blobs, "fast");
        Training.Result.Trained again = trained(distiller(1).make(order(), new Watch(99)));
        assertThat(Sha256.of(again.file())).isEqualTo(Sha256.of(once.file()));
        assertThat(again.figures()).isEqualTo(once.figures());
        assertThat(once.rank()).isEqualTo(DemoStudent.RANK);
        assertThat(Sha256.of(once.file())).isNotEqualTo(parent.sha256());
        assertThat(once.figures().learned()).isLessThan(1);
    }

    @Test
    void aRunThatWasBrokenOffGoesOnFromItsCheckpointToTheSameEnd() throws IOException {
        Watch whole = new Watch(99);
        Training.Result.Trained expected = trained(distiller(1).make(order(), whole));
        Checkpoints.clear(blobs, "fast");
        Watch broken = new Watch(1);
        assertThatThrownBy(() -> distiller(1).make(order(), broken)).isInstanceOf(CancellationException.class);
        Watch rest = new Watch(99);
        Training.Result.Trained found = trained(distiller(1).make(order(), rest));
        assertThat(whole.steps).containsExactly(1, 2);
        assertThat(rest.steps).containsExactly(2);
        assertThat(Sha256.of(found.file())).isEqualTo(Sha256.of(expected.file()));
    }

    @Test
    void rejectsAVersionThatIsWorseThanItsParent() throws IOException {
        Training.Result result = distiller(-2).make(order(), new Watch(99)); // it would have to be better by 2
        assertThat(result).isInstanceOfSatisfying(Training.Result.Rejected.class, rejected -> {
            assertThat(rejected.reason()).contains("held-out");
            assertThat(rejected.figures()).isNotNull();
        });
    }

    @Test
    void rejectsWhatIsForAnotherBase() throws IOException {
        AdapterVersion foreign = new AdapterVersion(
                "fast", 1, parent.sha256(), 10, 4, "ab".repeat(32), AdapterVersion.Kind.STUDENT, 5.0, NOW, null);
        assertThat(reason(new RunInputs(foreign, lineage(0, 5), SAMPLES, List.of())))
                .contains("another base");
    }

    @Test
    void rejectsWhenTheParentsFileIsGone() throws IOException {
        blobs.delete(BlobKeys.adapter(parent.sha256()));
        assertThat(reason(order())).contains("fast@1").contains("missing");
    }

    @Test
    void rejectsWhenNothingIsLeftToLearnFrom() throws IOException {
        assertThat(reason(new RunInputs(parent, lineage(0, 5), SAMPLES.subList(0, 1), List.of())))
                .contains("two different");
    }

    @Test
    void rejectsWhenAllWasWithdrawn() throws IOException {
        RunInputs empty = new RunInputs(parent, lineage(0, 5), List.of(), List.of(withdrawn("mallory", "fast")));
        assertThat(reason(empty)).contains("nothing new was said");
    }

    @Test
    void aSampleThatAnEarlierRunConsumedDoesNotCountAgain() throws IOException {
        new FeedbackArchive(blobs).keep("fast", lineage(0, 5), List.of(), SAMPLES);
        assertThat(reason(new RunInputs(parent, lineage(5, 9), SAMPLES, List.of())))
                .contains("nothing new was said");
    }

    @Test
    void doesNotDrawAgainWhatWasWithdrawnSince() throws IOException {
        archiveWhatMalloryLiked();
        assertThat(drawn(List.of(), SAMPLES)).contains("a yellow circle");
        assertThat(drawn(List.of(withdrawn("bob", "fast")), SAMPLES)).contains("a yellow circle");
        assertThat(drawn(List.of(withdrawn("mallory", "fast")), SAMPLES)).doesNotContain("a yellow circle");
    }

    @Test
    void doesNotDrawAgainWhatIsLikedNoLonger() throws IOException {
        archiveWhatMalloryLiked();
        List<FeedbackGiven> changed = new ArrayList<>(SAMPLES);
        changed.add(feedback("m", "fast", "a yellow circle", -1, "mallory", NOW));
        assertThat(drawn(List.of(), changed)).doesNotContain("a yellow circle");
    }

    /** As if it had never been given: so it is new, and is learned from. */
    @Test
    void learnsFromAVoteThatIsGivenAnewAfterItsWithdrawal() throws IOException {
        archiveWhatMalloryLiked();
        RunInputs again = new RunInputs(
                parent,
                lineage(5, 9),
                List.of(feedback("m", "fast", "a yellow circle", -1, "mallory", NOW)),
                List.of(withdrawn("mallory", "fast")));
        assertThat(distiller(1).prompts(again)).isPresent();
    }

    private void archiveWhatMalloryLiked() throws IOException {
        FeedbackGiven liked = feedback("m", "fast", "a yellow circle", 1, "mallory", NOW);
        new FeedbackArchive(blobs).keep("fast", lineage(0, 5), List.of(), List.of(liked));
    }

    /** @return prompts of the next run, both those that it learns from and those that it is judged by */
    private List<String> drawn(List<FeedbackWithdrawn> withdrawals, List<FeedbackGiven> samples) throws IOException {
        PromptMix mix = distiller(1)
                .prompts(new RunInputs(parent, lineage(5, 9), samples, withdrawals))
                .orElseThrow();
        return Stream.concat(mix.learned().stream().map(WeightedPrompt::prompt), mix.heldOut().stream())
                .toList();
    }

    @Test
    void leavesNothingWhenItIsCleared() throws IOException {
        assertThatThrownBy(() -> distiller(1).make(order(), new Watch(1))).isInstanceOf(CancellationException.class);
        distiller(1).clear("fast");
        try (Stream<String> keys = blobs.list("training/")) {
            assertThat(keys).isEmpty();
        }
    }

    private String reason(RunInputs order) throws IOException {
        return ((Training.Result.Rejected) distiller(1).make(order, new Watch(99))).reason();
    }

    private static Training.Result.Trained trained(Training.Result result) {
        return (Training.Result.Trained) result;
    }

    private RunInputs order() {
        return new RunInputs(parent, lineage(0, 5), SAMPLES, List.of());
    }

    /** @param margin of the gate */
    private Distiller distiller(double margin) {
        RunSettings settings = new RunSettings(2, 4, 4, 1, 1, 2, 0.5, 1e-4);
        PromptRules rules = new PromptRules(2, 0.5, 0.3, 10, List.of(), List.of(), 0.2);
        return new Distiller(
                MODEL, 1, blobs, new FeedbackArchive(blobs), settings, rules, new QualityGate(margin, 1, 1, 2, 2));
    }

    /** Cancels the run when a step is made. */
    private static final class Watch implements RunObserver {
        private final int last;
        private final List<Integer> steps = new ArrayList<>();

        Watch(int last) {
            this.last = last;
        }

        @Override
        public void stepped(int step, int all, double loss, double missing) {
            steps.add(step);
        }

        @Override
        public boolean isCancelled() {
            return steps.contains(last);
        }
    }
}
