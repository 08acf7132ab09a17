// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.AdapterException;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.distillation.Distillation;
import io.lorafleet.distillation.DistillationException;
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.TrainingProgress;
import io.lorafleet.distillation.model.LoraStudent;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.lorafleet.trainer.feedback.Votes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continues the distillation of a LoRA adapter from its parent version. The result depends on the base, the parent's
 * file, the samples of this and earlier runs, the settings, and the number of threads. It does not depend on the time,
 * or on the machine as long as the type of processor is the same.
 */
public final class LoraDistiller implements Distiller {
    private static final Logger LOG = LoggerFactory.getLogger(LoraDistiller.class);

    private final LazyBaseModel base;
    private final BlobStore blobs;
    private final FeedbackArchive archive;
    private final RunSettings settings;
    private final PromptRules rules;

    /**
     * @param folder path of the base model; read at the start of each run
     * @param threads number of CPU threads per operation
     */
    public LoraDistiller(
            Path folder,
            int threads,
            BlobStore blobs,
            FeedbackArchive archive,
            RunSettings settings,
            PromptRules rules) {
        this.base = new LazyBaseModel(folder, threads);
        this.blobs = blobs;
        this.archive = archive;
        this.settings = settings;
        this.rules = rules;
    }

    @Override
    public String plan() {
        return settings + " " + rules.summary();
    }

    @Override
    public Candidate distil(RunInputs inputs, RunObserver observer) throws IOException, RunRejectedException {
        String fingerprint = base.fingerprint();
        requireBase(inputs.parent(), fingerprint);
        requireOnlyUNet(inputs.parent());
        byte[] file = file(inputs.parent());
        PromptMix prompts = prompts(inputs)
                .orElseThrow(() -> new RunRejectedException(
                        "no new feedback: all votes were withdrawn, or were consumed by an earlier run"));
        if (prompts.learned().isEmpty()) {
            throw new RunRejectedException(
                    "no training prompts: expected at least two different prompts, because some are held out");
        }
        return distil(inputs, file, fingerprint, prompts, observer);
    }

    /**
     * A trainer with a different base cannot execute the run, but the run is not rejected, because its inputs may still
     * be valid.
     */
    private void requireBase(AdapterVersion parent, String found) throws IOException {
        String expected = parent.baseFingerprint();
        if (expected != null && !expected.equals(found)) {
            throw new IOException("lorafleet.model: expected the base of " + parent.pinned() + " with fingerprint "
                    + expected + ", found " + found + " in " + base.path());
        }
    }

    /** A student's prompts would have to be encoded with the student, and the teacher's without it. */
    private static void requireOnlyUNet(AdapterVersion parent) throws RunRejectedException {
        if (parent.changesText()) {
            throw new RunRejectedException(
                    parent.pinned() + ": expected an adapter that changes the UNet alone, found one"
                            + " that also changes a text encoder, which cannot be trained further");
        }
    }

    /**
     * @return the parent's file. A missing or damaged file does not reject the run, because the same file can be
     *     uploaded again
     */
    private byte[] file(AdapterVersion parent) throws IOException {
        String expected = BlobKeys.adapter(parent.sha256()) + ": expected the file of " + parent.pinned() + ", found ";
        byte[] file =
                blobs.get(BlobKeys.adapter(parent.sha256())).orElseThrow(() -> new IOException(expected + "no blob"));
        String found = Sha256.of(file);
        if (!found.equals(parent.sha256())) {
            throw new IOException(expected + "SHA-256 " + found);
        }
        return file;
    }

    private Candidate distil(
            RunInputs inputs, byte[] parentFile, String fingerprint, PromptMix prompts, RunObserver observer)
            throws IOException, RunRejectedException {
        StableDiffusion model = base.open();
        boolean complete = false;
        try {
            AdapterVersion parent = inputs.parent();
            LoraAdapter before = parse(parent, parentFile, model);
            TrainingPlan plan = settings.plan(
                    inputs.guidance(), model.defaultSize(), inputs.lineage().seed());
            // This text identifies the checkpoints of a run, so it must contain every input that affects the result.
            String all = parent.sha256() + fingerprint + inputs.lineage() + plan + prompts.learned();
            Checkpoints checkpoints =
                    new Checkpoints(blobs, inputs.adapter(), Sha256.of(all.getBytes(StandardCharsets.UTF_8)));
            LoraAdapter after = train(model, before, plan, prompts, checkpoints, observer);
            Candidate candidate = new LoraCandidate(model, inputs, before, after, prompts.heldOut());
            complete = true;
            return candidate;
        } catch (AdapterException | DistillationException e) {
            throw new RunRejectedException(e);
        } finally {
            if (!complete) {
                model.close();
            }
        }
    }

    private static LoraAdapter parse(AdapterVersion parent, byte[] file, StableDiffusion model)
            throws RunRejectedException {
        try {
            return LoraFile.read(
                    Safetensors.ofAdapter(parent.pinned().toString(), file),
                    model.weights(),
                    TextEncoderTensors.IGNORE);
        } catch (ModelFileException e) {
            throw new RunRejectedException(e);
        }
    }

    /**
     * Chooses a run's prompts. A vote that an earlier run consumed is not new. If its rating has changed since then,
     * the new rating determines whether the prompt is replayed.
     *
     * @return the prompts; empty if the run has no new votes
     */
    Optional<PromptMix> prompts(RunInputs inputs) throws IOException {
        Votes earlier = archive.before(inputs.adapter(), inputs.lineage());
        inputs.withdrawals().forEach(earlier::apply);
        List<FeedbackGiven> fresh = new ArrayList<>();
        for (FeedbackGiven sample : inputs.samples()) {
            if (earlier.has(sample.feedbackId())) {
                earlier.apply(sample);
            } else {
                fresh.add(sample);
            }
        }
        return fresh.isEmpty() ? Optional.empty() : Optional.of(PromptMix.of(fresh, earlier.standing(), rules));
    }

    private static LoraAdapter train(
            StableDiffusion model,
            LoraAdapter before,
            TrainingPlan plan,
            PromptMix prompts,
            Checkpoints checkpoints,
            RunObserver observer)
            throws IOException {
        try (LoraStudent student = LoraStudent.from(before, model.unet(), model.owner());
                Distillation run = new Distillation(model, student, plan, prompts.learned())) {
            resume(run, checkpoints);
            while (!run.done()) {
                run.round(progress -> report(progress, observer));
                checkpoints.keep(run.checkpoint());
            }
            return student.adapter(run.parameters());
        }
    }

    private static void resume(Distillation run, Checkpoints checkpoints) throws IOException {
        Optional<byte[]> checkpoint = checkpoints.newest();
        if (checkpoint.isPresent()) {
            run.resume(checkpoint.get());
            LOG.info("Resumed the run of adapter {} from its latest checkpoint", checkpoints.adapter());
        }
    }

    /** Reports a step. The run can be cancelled between any two steps. */
    private static void report(TrainingProgress progress, RunObserver observer) {
        observer.check();
        if (!progress.drawing()) {
            observer.stepped(progress.step(), progress.steps(), progress.loss(), progress.missing());
        }
    }

    @Override
    public void deleteCheckpoints(String adapter) throws IOException {
        Checkpoints.deleteAll(blobs, adapter);
    }
}
