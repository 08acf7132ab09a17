// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.lora.AdapterException;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.lora.LoraFile;
import io.lorafleet.diffusion.lora.LoraWriter;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.distillation.Distillation;
import io.lorafleet.distillation.DistillationException;
import io.lorafleet.distillation.TrainingPlan;
import io.lorafleet.distillation.TrainingProgress;
import io.lorafleet.distillation.model.LoraStudent;
import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.trainer.evaluate.QualityGate;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.lorafleet.trainer.feedback.Votes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distils adapters further. What comes of a run follows from the base, the parent's file, the samples and those before
 * them, and the settings; nothing of the time or the machine, but for the number of threads.
 */
public final class Distiller implements Training {
    private static final Logger LOG = LoggerFactory.getLogger(Distiller.class);

    private final LazyBaseModel base;
    private final BlobStore blobs;
    private final FeedbackArchive archive;
    private final RunSettings settings;
    private final PromptRules rules;
    private final QualityGate gate;

    /**
     * @param folder of the base model; read when a run is made
     * @param threads of one operation
     */
    public Distiller(
            Path folder,
            int threads,
            BlobStore blobs,
            FeedbackArchive archive,
            RunSettings settings,
            PromptRules rules,
            QualityGate gate) {
        this.base = new LazyBaseModel(folder, threads);
        this.blobs = blobs;
        this.archive = archive;
        this.settings = settings;
        this.rules = rules;
        this.gate = gate;
    }

    @Override
    public String plan() {
        return settings + " " + rules.summary();
    }

    @Override
    public Result make(RunInputs order, RunObserver watch) throws IOException {
        AdapterVersion parent = order.parent();
        String fingerprint = base.fingerprint();
        if (parent.baseFingerprint() != null && !parent.baseFingerprint().equals(fingerprint)) {
            return rejected("its parent " + parent.pinned() + " is for another base than " + base.folder());
        }
        Optional<byte[]> file = blobs.get(BlobKeys.adapter(parent.sha256()));
        if (file.isEmpty() || !Sha256.of(file.get()).equals(parent.sha256())) {
            return rejected("the file of its parent " + parent.pinned() + " is missing or damaged");
        }
        Optional<PromptMix> mix = prompts(order);
        if (mix.isEmpty()) {
            return rejected(
                    "nothing new was said: votes were withdrawn, or were given again after a run learned from them");
        }
        PromptMix prompts = mix.get();
        if (prompts.learned().isEmpty()) {
            return rejected("no prompt is left to learn from when some are held out: expected two different ones");
        }
        try (StableDiffusion model = base.open()) {
            LoraAdapter before = LoraFile.read(
                    Safetensors.ofAdapter(parent.pinned().toString(), file.get()),
                    model.unet().weightShapes());
            TrainingPlan plan = settings.plan(
                    order.guidance(), model.defaultSize(), order.lineage().seed());
            String all = parent.sha256() + fingerprint + order.lineage() + plan + prompts.learned();
            // Nothing that decides what comes of the run may be left out, or it would go on from another one's state.
            Checkpoints checkpoints =
                    new Checkpoints(blobs, order.adapter(), Sha256.of(all.getBytes(StandardCharsets.UTF_8)));
            LoraAdapter after = distil(model, before, plan, prompts, checkpoints, watch);
            return judge(model, before, after, order, prompts, watch);
        } catch (AdapterException | DistillationException e) {
            return rejected(String.valueOf(e.getMessage()));
        }
    }

    private static Result rejected(String reason) {
        return new Result.Rejected(reason, null);
    }

    /**
     * A vote that an earlier run consumed counts no second time. If it has changed, that says what is drawn again.
     *
     * @return nothing if no vote is new
     */
    Optional<PromptMix> prompts(RunInputs order) throws IOException {
        Votes earlier = archive.before(order.adapter(), order.lineage());
        order.withdrawals().forEach(earlier::apply);
        List<FeedbackGiven> fresh = new ArrayList<>();
        for (FeedbackGiven sample : order.samples()) {
            if (earlier.has(sample.feedbackId())) {
                earlier.apply(sample);
            } else {
                fresh.add(sample);
            }
        }
        return fresh.isEmpty() ? Optional.empty() : Optional.of(PromptMix.of(fresh, earlier.standing(), rules));
    }

    private static LoraAdapter distil(
            StableDiffusion model,
            LoraAdapter before,
            TrainingPlan plan,
            PromptMix prompts,
            Checkpoints checkpoints,
            RunObserver watch)
            throws IOException {
        try (LoraStudent student = LoraStudent.from(before, model.unet(), model.owner());
                Distillation run = new Distillation(model, student, plan, prompts.learned())) {
            resume(run, checkpoints);
            while (!run.done()) {
                run.round(progress -> tell(progress, watch));
                checkpoints.keep(run.checkpoint());
            }
            return student.adapter(run.parameters());
        }
    }

    private static void resume(Distillation run, Checkpoints checkpoints) throws IOException {
        Optional<byte[]> checkpoint = checkpoints.newest();
        if (checkpoint.isPresent()) {
            run.resume(checkpoint.get());
            LOG.info("a run of {} goes on from a checkpoint", checkpoints.adapter());
        }
    }

    /** Between any two steps the run may be broken off. */
    private static void tell(TrainingProgress progress, RunObserver watch) {
        watch.check();
        if (!progress.drawing()) {
            watch.stepped(progress.step(), progress.steps(), progress.loss(), progress.missing());
        }
    }

    private Result judge(
            StableDiffusion model,
            LoraAdapter before,
            LoraAdapter after,
            RunInputs order,
            PromptMix prompts,
            RunObserver watch) {
        QualityGate.Verdict verdict = gate.judge(
                model,
                order.guidance(),
                before,
                after,
                prompts.heldOut(),
                order.lineage().seed(),
                drawn -> watch.check());
        if (verdict.complaint().isPresent()) {
            return new Result.Rejected(verdict.complaint().get(), verdict.figures());
        }
        byte[] file = LoraWriter.write(after, Map.of("lorafleet.guidance", Double.toString(order.guidance())));
        return new Result.Trained(file, after.rank(), verdict.figures());
    }

    @Override
    public void clear(String adapter) throws IOException {
        Checkpoints.clear(blobs, adapter);
    }
}
