// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.distillation.DistillationException;
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.optim.TimestepWeighting;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.config.BlobStores;
import io.lorafleet.trainer.canary.CanaryRules;
import io.lorafleet.trainer.distill.LoraDistiller;
import io.lorafleet.trainer.distill.PromptRules;
import io.lorafleet.trainer.distill.RunSettings;
import io.lorafleet.trainer.evaluate.QualityGate;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.lorafleet.trainer.publish.VersionStore;
import io.lorafleet.trainer.run.TrainedAdapters;
import io.lorafleet.trainer.run.TrainingRun;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/**
 * Creates the components that depend on the configuration. An invalid value stops the service with an error that names
 * the key.
 */
@Singleton
final class TrainerComponents {
    private static final String PREFIX = "lorafleet.trainer.";
    // The distill command's defaults.
    private static final double WEIGHT_DECAY = 0;
    private static final double CLIP = 1;
    private static final double EMA = 0.99;

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    @Startup
    BlobStore blobStore(TrainerConfig config) {
        return BlobStores.open(config.storage());
    }

    @Produces
    @Singleton
    @Startup
    TrainingRun trainingRun(TrainerConfig config, BlobStore blobs, MeterRegistry meters, Clock clock) {
        FeedbackArchive archive = new FeedbackArchive(blobs, meters);
        TrainerConfig.Trainer trainer = config.trainer();
        return new TrainingRun(
                distiller(config, blobs, archive),
                gate(trainer.gate(), trainer.run().rowsAtOnce()),
                new VersionStore(blobs),
                archive,
                clock);
    }

    @Produces
    @Singleton
    @Startup
    TrainedAdapters trainedAdapters(TrainerConfig config) {
        return config.trainer()
                .pool()
                .map(pool ->
                        TrainedAdapters.of(pool, Pipelines.open(config.model()).fingerprint("unet")))
                .orElse(TrainedAdapters.ALL);
    }

    private static LoraDistiller distiller(TrainerConfig config, BlobStore blobs, FeedbackArchive archive) {
        try {
            Pipelines.open(config.model());
        } catch (ModelFileException e) {
            throw new IllegalStateException("lorafleet.model: expected a base model: " + e.getMessage(), e);
        }
        TrainerConfig.Trainer trainer = config.trainer();
        expect("min-samples", "at least 1", trainer.minSamples() >= 1, trainer.minSamples());
        expect("max-waiting", "at least 1", trainer.maxWaiting() >= 1, trainer.maxWaiting());
        return new LoraDistiller(
                config.model(),
                trainer.threads().orElse(Runtime.getRuntime().availableProcessors()),
                blobs,
                archive,
                settings(trainer.run()),
                rules(trainer.prompts()));
    }

    private static RunSettings settings(TrainerConfig.Run run) {
        try {
            return new RunSettings(
                    new TrainingPlan.Sampling(
                            run.promptsPerRound(), run.passes(), run.samplerSteps(), run.studentShare()),
                    new TrainingPlan.Optimization(
                            run.steps(),
                            run.batch(),
                            run.rowsAtOnce(),
                            run.learningRate(),
                            WEIGHT_DECAY,
                            CLIP,
                            EMA,
                            TimestepWeighting.UNIFORM));
        } catch (DistillationException e) {
            throw new IllegalStateException(PREFIX + "run." + e.getMessage(), e);
        }
    }

    private static PromptRules rules(TrainerConfig.Prompts prompts) {
        expect("prompts.down-weight", "at least 0", prompts.downWeight() >= 0, prompts.downWeight());
        expect("prompts.up-weight", "a number greater than 0", prompts.upWeight() > 0, prompts.upWeight());
        boolean isBelowOne = isShare(prompts.replayShare()) && prompts.replayShare() < 1;
        expect("prompts.replay-share", "at least 0 and less than 1", isBelowOne, prompts.replayShare());
        expect("prompts.max-replay", "at least 0", prompts.maxReplay() >= 0, prompts.maxReplay());
        expect("prompts.held-out-share", "0 to 1", isShare(prompts.heldOutShare()), prompts.heldOutShare());
        return new PromptRules(
                prompts.downWeight(),
                prompts.upWeight(),
                prompts.replayShare(),
                prompts.maxReplay(),
                ConfiguredPrompts.read(PREFIX + "prompts.base", prompts.base()),
                ConfiguredPrompts.read(PREFIX + "prompts.held-out", prompts.heldOut()),
                prompts.heldOutShare());
    }

    private static QualityGate gate(TrainerConfig.Gate gate, int rowsAtOnce) {
        expect("gate.margin", "a finite number", Double.isFinite(gate.margin()), gate.margin());
        expect(
                "gate.adherence-margin",
                "a finite number",
                Double.isFinite(gate.adherenceMargin()),
                gate.adherenceMargin());
        expect("gate.max-prompts", "at least 1", gate.maxPrompts() >= 1, gate.maxPrompts());
        expect("gate.sampler-steps", "at least 2", gate.samplerSteps() >= 2, gate.samplerSteps());
        return new QualityGate(
                gate.margin(), gate.adherenceMargin(), gate.maxPrompts(), gate.samplerSteps(), rowsAtOnce);
    }

    @Produces
    @Singleton
    @Startup
    CanaryRules canaryRules(TrainerConfig config) {
        TrainerConfig.Canary canary = config.trainer().canary();
        expect("canary.canary-share", "0 to 1", isShare(canary.canaryShare()), canary.canaryShare());
        expect("canary.shadow-share", "0 to 1", isShare(canary.shadowShare()), canary.shadowShare());
        expect("canary.min-comparisons", "at least 1", canary.minComparisons() >= 1, canary.minComparisons());
        expect("canary.error-margin", "a finite number", Double.isFinite(canary.errorMargin()), canary.errorMargin());
        expect("canary.min-ratings", "at least 1", canary.minRatings() >= 1, canary.minRatings());
        expect(
                "canary.rating-margin",
                "a finite number",
                Double.isFinite(canary.ratingMargin()),
                canary.ratingMargin());
        return new CanaryRules(
                canary.canaryShare(),
                canary.shadowShare(),
                canary.minComparisons(),
                canary.errorMargin(),
                canary.minRatings(),
                canary.ratingMargin(),
                canary.maxAge());
    }

    private static boolean isShare(double value) {
        return value >= 0 && value <= 1;
    }

    private static void expect(String key, String expected, boolean met, Number found) {
        if (!met) {
            throw new IllegalStateException(PREFIX + key + ": expected " + expected + ", found " + found);
        }
    }
}
