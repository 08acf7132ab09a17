// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.feedback;
import static io.lorafleet.trainer.Samples.lineage;
import static io.lorafleet.trainer.Samples.withdrawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.data.WeightedPrompt;
import io.lorafleet.distillation.optim.TimestepWeighting;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.trainer.DemoStudent;
import io.lorafleet.trainer.evaluate.QualityGate;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on the demo model, with two rounds of one step each. */
class LoraDistillerTest {
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
    void storeParent() throws Exception {
        blobs = new DirectoryBlobStore(directory);
        parent = DemoStudent.store("fast", blobs);
    }

    /** The lineages of published versions contain this text. */
    @Test
    void describesItsSettings() {
        assertThat(distiller().plan())
                .isEqualTo("RunSettings[steps=2, batch=4, rowsAtOnce=4, promptsPerRound=1, passes=1, samplerSteps=2,"
                        + " studentShare=0.5, learningRate=1.0E-4] PromptRules[downWeight=2.0, upWeight=0.5,"
                        + " replayShare=0.3, maxReplay=10, base=0, heldOut=0, heldOutShare=0.2]");
    }

    @Test
    void sameInputsGiveTheSameBytes() throws Exception {
        Trained once = trained(new Observer(99));
        Checkpoints.deleteAll(blobs, "fast");
        Trained again = trained(new Observer(99));
        assertThat(Sha256.of(again.file())).isEqualTo(Sha256.of(once.file()));
        assertThat(again.figures()).isEqualTo(once.figures());
        assertThat(once.rank()).isEqualTo(DemoStudent.RANK);
        assertThat(Sha256.of(once.file())).isNotEqualTo(parent.sha256());
        assertThat(once.figures().learned()).isLessThan(1);
    }

    @Test
    void resumedRunGivesTheSameFile() throws Exception {
        Observer whole = new Observer(99);
        Trained expected = trained(whole);
        Checkpoints.deleteAll(blobs, "fast");
        Observer cancelling = new Observer(1);
        assertThatThrownBy(() -> distiller().distil(inputs(), cancelling)).isInstanceOf(CancellationException.class);
        Observer rest = new Observer(99);
        Trained found = trained(rest);
        assertThat(whole.steps).containsExactly(1, 2);
        assertThat(rest.steps).containsExactly(2);
        assertThat(Sha256.of(found.file())).isEqualTo(Sha256.of(expected.file()));
    }

    @Test
    void rejectsAVersionThatIsWorseThanItsParent() throws Exception {
        try (Candidate candidate = distiller().distil(inputs(), new Observer(99))) {
            // With this margin, the learned share would have to be higher by 2.
            QualityGate.Verdict verdict = candidate.check(gate(-2), new Observer(99));
            assertThat(verdict.complaint().orElseThrow()).contains("held-out");
            assertThat(verdict.figures()).isNotNull();
        }
    }

    /** Another trainer, or this one with another configuration, can use the samples. */
    @Test
    void cannotRunWithABaseOtherThanTheParents() {
        String fingerprint = "ab".repeat(32);
        AdapterVersion foreign = new AdapterVersion(
                "fast", 1, parent.sha256(), 10, 4, fingerprint, AdapterVersion.Kind.STUDENT, 5.0, NOW, null);
        assertThatThrownBy(() -> distil(new RunInputs(foreign, lineage(0, 5), SAMPLES, List.of())))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("lorafleet.model: expected the base of fast@1 with fingerprint " + fingerprint
                        + ", found [0-9a-f]{64} in " + MODEL);
    }

    @Test
    void rejectsAParentThatChangesATextEncoder() {
        AdapterVersion both = new AdapterVersion(
                "fast",
                1,
                parent.sha256(),
                10,
                4,
                null,
                AdapterVersion.Kind.STUDENT,
                5.0,
                NOW,
                null,
                null,
                null,
                AdapterVersion.TextEncoder.APPLIED,
                null,
                null);
        assertThatThrownBy(() -> distil(new RunInputs(both, lineage(0, 5), SAMPLES, List.of())))
                .isInstanceOf(RunRejectedException.class)
                .hasMessage(
                        "fast@1: expected an adapter that changes the UNet alone, found one that also changes a text"
                                + " encoder, which cannot be trained further");
    }

    @Test
    void cannotRunWithoutTheFileOfTheParent() throws Exception {
        String key = BlobKeys.adapter(parent.sha256());
        blobs.delete(key);
        assertThatThrownBy(() -> distil(inputs()))
                .isInstanceOf(IOException.class)
                .hasMessage(key + ": expected the file of fast@1, found no blob");
        blobs.putIfAbsent(key, new byte[] {1});
        assertThatThrownBy(() -> distil(inputs()))
                .isInstanceOf(IOException.class)
                .hasMessage(key + ": expected the file of fast@1, found SHA-256 " + Sha256.of(new byte[] {1}));
    }

    /** The file is intact, so a second attempt would fail, too. */
    @Test
    void rejectsAParentThatIsNoAdapter() throws Exception {
        byte[] file = "no adapter".getBytes(UTF_8);
        blobs.putIfAbsent(BlobKeys.adapter(Sha256.of(file)), file);
        AdapterVersion invalid = new AdapterVersion(
                "fast", 1, Sha256.of(file), file.length, 4, null, AdapterVersion.Kind.STUDENT, 5.0, NOW, null);
        assertThat(reason(new RunInputs(invalid, lineage(0, 5), SAMPLES, List.of())))
                .contains("fast@1");
    }

    @Test
    void rejectsARunWithoutTrainingPrompts() throws Exception {
        assertThat(reason(new RunInputs(parent, lineage(0, 5), SAMPLES.subList(0, 1), List.of())))
                .contains("two different");
    }

    @Test
    void rejectsARunWithoutVotes() throws Exception {
        RunInputs empty = new RunInputs(parent, lineage(0, 5), List.of(), List.of(withdrawn("mallory", "fast")));
        assertThat(reason(empty)).contains("no new feedback");
    }

    @Test
    void doesNotCountAVoteOfAnEarlierRunAgain() throws Exception {
        new FeedbackArchive(blobs, new SimpleMeterRegistry()).keep("fast", lineage(0, 5), List.of(), SAMPLES);
        assertThat(reason(new RunInputs(parent, lineage(5, 9), SAMPLES, List.of())))
                .contains("no new feedback");
    }

    @Test
    void doesNotReplayWithdrawnVotes() throws Exception {
        archiveALikedSample();
        assertThat(prompts(List.of(), SAMPLES)).contains("a yellow circle");
        assertThat(prompts(List.of(withdrawn("bob", "fast")), SAMPLES)).contains("a yellow circle");
        assertThat(prompts(List.of(withdrawn("mallory", "fast")), SAMPLES)).doesNotContain("a yellow circle");
    }

    @Test
    void doesNotReplayVotesThatBecameNegative() throws Exception {
        archiveALikedSample();
        List<FeedbackGiven> changed = new ArrayList<>(SAMPLES);
        changed.add(feedback("m", "fast", "a yellow circle", -1, "mallory", NOW));
        assertThat(prompts(List.of(), changed)).doesNotContain("a yellow circle");
    }

    /** A withdrawn vote counts as never given, so the same vote is new again. */
    @Test
    void usesAVoteThatWasGivenAgainAfterItsWithdrawal() throws Exception {
        archiveALikedSample();
        RunInputs again = new RunInputs(
                parent,
                lineage(5, 9),
                List.of(feedback("m", "fast", "a yellow circle", -1, "mallory", NOW)),
                List.of(withdrawn("mallory", "fast")));
        assertThat(distiller().prompts(again)).isPresent();
    }

    private void archiveALikedSample() throws Exception {
        FeedbackGiven liked = feedback("m", "fast", "a yellow circle", 1, "mallory", NOW);
        new FeedbackArchive(blobs, new SimpleMeterRegistry()).keep("fast", lineage(0, 5), List.of(), List.of(liked));
    }

    /** @return the training prompts and the held-out prompts of the next run */
    private List<String> prompts(List<FeedbackWithdrawn> withdrawals, List<FeedbackGiven> samples) throws Exception {
        PromptMix mix = distiller()
                .prompts(new RunInputs(parent, lineage(5, 9), samples, withdrawals))
                .orElseThrow();
        return Stream.concat(mix.learned().stream().map(WeightedPrompt::prompt), mix.heldOut().stream())
                .toList();
    }

    @Test
    void deletesAllCheckpoints() throws Exception {
        assertThatThrownBy(() -> distiller().distil(inputs(), new Observer(1)))
                .isInstanceOf(CancellationException.class);
        distiller().deleteCheckpoints("fast");
        try (Stream<String> keys = blobs.list("training/")) {
            assertThat(keys).isEmpty();
        }
    }

    private String reason(RunInputs inputs) {
        return assertThrows(RunRejectedException.class, () -> distil(inputs)).getMessage();
    }

    private Candidate distil(RunInputs inputs) throws Exception {
        return distiller().distil(inputs, new Observer(99));
    }

    private record Trained(byte[] file, int rank, Figures figures) {}

    private Trained trained(RunObserver observer) throws Exception {
        try (Candidate candidate = distiller().distil(inputs(), observer)) {
            QualityGate.Verdict verdict = candidate.check(gate(1), observer);
            assertThat(verdict.complaint()).isEmpty();
            return new Trained(candidate.file(), candidate.rank(), verdict.figures());
        }
    }

    private RunInputs inputs() {
        return new RunInputs(parent, lineage(0, 5), SAMPLES, List.of());
    }

    private static QualityGate gate(double margin) {
        return new QualityGate(margin, 1, 1, 2, 2);
    }

    private LoraDistiller distiller() {
        RunSettings settings = new RunSettings(
                new TrainingPlan.Sampling(1, 1, 2, 0.5),
                new TrainingPlan.Optimization(2, 4, 4, 1e-4, 0, 1, 0.99, TimestepWeighting.UNIFORM));
        PromptRules rules = new PromptRules(2, 0.5, 0.3, 10, List.of(), List.of(), 0.2);
        return new LoraDistiller(
                MODEL, 1, blobs, new FeedbackArchive(blobs, new SimpleMeterRegistry()), settings, rules);
    }

    /** Cancels the run after a given step. */
    private static final class Observer implements RunObserver {
        private final int last;
        private final List<Integer> steps = new ArrayList<>();

        Observer(int last) {
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
